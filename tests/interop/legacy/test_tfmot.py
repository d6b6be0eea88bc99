import numpy as np
import pytest
import tensorflow as tf
import tensorflow_model_optimization as tfmot
import tf_keras

import pikelpn_keras as pk
import tflite_export
from pikelpn_keras.config import InputGrid
from pikelpn_keras.grids import attach_accumulator
from pikelpn_keras.interop.tfmot import (
    ActivationQuantizer,
    PikeLPNScheme,
    PowerOfTwoNorm,
    QuantizeConfig,
    WeightQuantizer,
)
from tests.interop.legacy.nets import SHAPE, L, shaken
from tests.pikelpn_keras.layer_test_case import pixels

Q = tfmot.quantization.keras
CONFIG = pk.QuantConfig.w8a8(input=InputGrid(scale=2.0**-8))


def floats(images):
    return images / np.float32(256)


def chain(seed=0):
    layers = [
        L.Input(SHAPE),
        L.Conv2D(6, 3, use_bias=False),
        L.BatchNormalization(),
        L.ReLU(),
        L.MaxPooling2D(),
        L.SeparableConv2D(8, 3, padding="same", use_bias=False),
        L.BatchNormalization(),
        L.ReLU(6.0),
        L.Conv2D(6, 3, activation="relu"),
        L.Flatten(),
        L.Dense(4),
    ]
    return shaken(tf_keras.Sequential(layers), seed)


def residual():
    x = inputs = L.Input(SHAPE)
    x = L.ReLU()(L.BatchNormalization()(L.Conv2D(6, 3, use_bias=False)(x)))
    y = L.BatchNormalization()(L.Conv2D(6, 3, padding="same")(x))
    x = L.ReLU()(L.Add()([x, y]))
    y = L.BatchNormalization()(L.DepthwiseConv2D(3, padding="same")(x))
    x = L.Add()([x, y])
    x = L.Dense(4)(L.GlobalAveragePooling2D()(x))
    return shaken(tf_keras.Model(inputs, L.Activation("softmax")(x)))


def trained(model, images, epochs=4):
    tf_keras.utils.set_random_seed(0)
    targets = np.random.default_rng(1).normal(size=(len(images), 4))
    model.compile(tf_keras.optimizers.SGD(1e-3), "mse")
    model.fit(floats(images), targets, batch_size=16, epochs=epochs, verbose=0)
    return model


def logits_of(model, images):
    """What the last layer with a kernel gives."""
    last = next(x for x in reversed(model.layers) if "dense" in x.name)
    return np.asarray(tf_keras.Model(model.inputs, last.output)(floats(images)))


def scheme_model(model, config=None):
    return Q.quantize_apply(Q.quantize_annotate_model(model), PikeLPNScheme(config))


def exact(model, images):
    report = tflite_export.verify(model, tflite_export.convert(model), images)
    assert not report.skipped
    assert report.exact, str(report)
    return model


class TestQuantizers:
    def test_weights_are_quantized_as_ours(self):
        kernel = np.random.default_rng(0).normal(size=(3, 3, 4, 2)).astype("float32")
        for axes in ((-1,), (-2, -1)):
            quantizer = WeightQuantizer("power_of_two6", axes)
            expected, _ = pk.quantizers.PowerOfTwoQuantizer(6)(kernel, axes)
            assert np.array_equal(quantizer(kernel, True, {}), expected)
            assert WeightQuantizer.from_config(quantizer.get_config()) == quantizer

    @pytest.mark.parametrize("signed", [True, False])
    def test_activations_follow_their_range_as_ours(self, signed):
        rng = np.random.default_rng(0)
        batches = [rng.normal(0, size, (32, 5)).astype("float32") for size in (1, 9, 9, 30)]
        quantizer = ActivationQuantizer(4, signed)
        variables = quantizer.build((None, 5), "output", tf_keras.layers.Layer())
        ours = (pk.layers.QuantIdentity if signed else pk.layers.QuantReLU)(4)
        ours.build((None, 5))
        for batch in batches:
            for training in (True, False):
                expected = ours(attach_accumulator(tf.constant(batch), 0), training=training)
                found = quantizer(tf.constant(batch), training, variables)
                assert np.array_equal(found, expected)
        assert float(variables["exponent"].numpy()) == ours.exponent

    def test_norm_trains_as_ours(self):
        theirs, ours = PowerOfTwoNorm(), pk.layers.QuantNorm()
        rng = np.random.default_rng(0)
        theirs.build((None, 6))
        ours.build((None, 6))
        for _ in range(5):
            batch = tf.constant(rng.normal(3, rng.uniform(0.1, 4, 6), (64, 6)).astype("float32"))
            accumulator = attach_accumulator(tf.identity(batch), [-20.0] * 6)
            assert np.array_equal(theirs(batch, training=True), ours(accumulator, training=True))
            assert np.array_equal(theirs(batch), ours(accumulator))
        assert len(np.unique(theirs.norm.multiplier)) > 1
        assert [w.shape for w in theirs.trainable_weights] == [(6,), (6,)]

    def test_config_serializes(self):
        weights = {"kernel": WeightQuantizer("uniform4")}
        config = QuantizeConfig(weights, ActivationQuantizer(5, signed=False))
        assert QuantizeConfig.from_config(config.get_config()) == config
        assert QuantizeConfig(weights) != config


class TestScheme:
    def test_what_is_quantized_where(self):
        model = scheme_model(chain())
        found = {}
        for layer in model.layers:
            if isinstance(layer, PowerOfTwoNorm):
                found[layer.name] = "norm"
            elif hasattr(layer, "quantize_config"):
                config = layer.quantize_config
                kinds = [repr(q.quantizer).split("(per")[0] for q in config.weights.values()]
                output = config.output and ("i" if config.output.signed else "u")
                found[layer.name] = (*[k.split(", per")[0] for k in kinds], output)
        assert list(found.values()) == [
            ("UniformQuantizer(bits=7", None),
            "norm",
            ("u",),
            ("UniformQuantizer(bits=4", "i"),
            ("PowerOfTwoQuantizer(levels=6", None),
            "norm",
            ("u",),
            ("UniformQuantizer(bits=4", "u"),
            ("UniformQuantizer(bits=7", "i"),
        ]

    def test_starts_where_the_float_model_is(self):
        model = chain()
        quantized = scheme_model(model)
        norm = next(x for x in quantized.layers if isinstance(x, PowerOfTwoNorm))
        old = model.layers[1]
        assert np.array_equal(norm.norm.moving_mean, old.moving_mean)
        target = old.gamma / np.sqrt(old.moving_variance + old.epsilon)
        assert np.abs(np.log2(norm.norm.multiplier / target)).max() <= 0.71

    @pytest.mark.parametrize("make", [chain, residual])
    def test_trained_models_are_lifted(self, make):
        images = pixels(SHAPE, 64)
        model = trained(scheme_model(make()), images)
        made = exact(pk.interop.tfmot.lift(model, CONFIG), images)
        outputs = logits_of(model, images)
        found = np.asarray(made(images))
        step = 2.0 ** made.layers[-1].exponent
        assert len(np.unique(outputs)) > 20
        limit = 1 if make is chain else 6
        assert np.abs(found - outputs).max() <= limit * step
        if make is chain:
            assert np.mean(found != outputs) < 0.2

    def test_own_configs_and_layers_left_out_stay(self):
        own = QuantizeConfig({"kernel": WeightQuantizer("ternary")}, ActivationQuantizer(6))
        layers = [L.Input(SHAPE), Q.quantize_annotate_layer(L.Conv2D(3, 3), own), L.Flatten()]
        layers.append(Q.quantize_annotate_layer(L.Dense(4)))
        model = Q.quantize_apply(tf_keras.Sequential(layers), PikeLPNScheme())
        configs = [x.quantize_config for x in model.layers if hasattr(x, "quantize_config")]
        assert configs[0] == own
        assert len(configs) == 2
        images = pixels(SHAPE, 32)
        made = exact(pk.interop.tfmot.lift(model, CONFIG), images)
        assert isinstance(made.layers[2].quantizer, pk.quantizers.TernaryQuantizer)

    def test_layers_left_out_that_have_kernels_are_refused(self):
        layers = [L.Input(SHAPE), L.Conv2D(3, 3, name="left_out"), L.Flatten()]
        layers.append(Q.quantize_annotate_layer(L.Dense(4)))
        model = Q.quantize_apply(tf_keras.Sequential(layers), PikeLPNScheme())
        with pytest.raises(ValueError, match="'left_out'.*kernel without a quantizer; annotate"):
            pk.interop.tfmot.lift(model, CONFIG)

    def test_refuses_by_name(self):
        layers = [L.Input(SHAPE), L.Conv2DTranspose(3, 3, name="odd"), L.Flatten(), L.Dense(4)]
        with pytest.raises(ValueError, match="'odd'.*is none that PikeLPNScheme knows"):
            scheme_model(tf_keras.Sequential(layers))
        model = scheme_model(chain())
        config = pk.QuantConfig.w8a8(input=InputGrid(scale=1 / 127.5, offset=-1.0))
        with pytest.raises(ValueError, match="offset is -1.0.*feed them pixel / 256"):
            pk.interop.tfmot.lift(model, config)

    def test_weights_are_saved_and_loaded(self, tmp_path):
        images = pixels(SHAPE, 32)
        model = scheme_model(chain())
        model.save_weights(tmp_path / "weights.h5")
        other = scheme_model(chain(seed=1))
        other.load_weights(tmp_path / "weights.h5")
        assert np.array_equal(other(floats(images)), model(floats(images)))


class TestTheirs:
    @pytest.mark.parametrize(("make", "calibrated"), [(chain, False), (residual, True)])
    def test_lifted_models_follow_the_original(self, make, calibrated):
        images = pixels(SHAPE, 64)
        model = trained(Q.quantize_model(make()), images)
        data = images if calibrated else None
        made = exact(pk.interop.tfmot.lift(model, CONFIG, data), images)
        outputs = logits_of(model, images)
        assert np.corrcoef(np.ravel(outputs), np.ravel(made(images)))[0, 1] > 0.98

    def test_the_original_is_left_as_it_was(self):
        images = pixels(SHAPE, 32)
        model = Q.quantize_model(chain())
        before = np.asarray(model(floats(images)))
        pk.interop.tfmot.lift(model, CONFIG)
        assert np.array_equal(model(floats(images)), before)


def integer_kernels(model):
    return [node.kernel for node in pk.integer_graph(model).nodes if hasattr(node, "kernel")]


class TestSparsity:
    def test_pruned_weights_stay_zero(self):
        sparsity = tfmot.sparsity.keras
        schedule = sparsity.ConstantSparsity(0.75, begin_step=0, frequency=1)
        model = sparsity.prune_low_magnitude(chain(), schedule)
        images = pixels(SHAPE, 64)
        model.compile(tf_keras.optimizers.SGD(1e-3), "mse")
        targets = np.zeros((64, 4))
        update = sparsity.UpdatePruningStep()
        model.fit(floats(images), targets, epochs=2, verbose=0, callbacks=[update])
        made = exact(pk.interop.tfmot.lift(model, CONFIG, images), images)
        dense = exact(pk.interop.tfmot.lift(chain(), CONFIG, images), images)
        pruned = [np.mean(kernel == 0) for kernel in integer_kernels(made)]
        assert min(pruned[0], pruned[-1]) >= 0.74
        assert max(np.mean(kernel == 0) for kernel in integer_kernels(dense)) < 0.2

    def test_clusters_are_taken_off_and_zeros_stay(self):
        clustering = tfmot.clustering.keras
        start = clustering.CentroidInitialization.LINEAR
        source = chain()
        for layer in source.layers:
            layer.set_weights([np.where(np.abs(w) < 0.3, 0, w) for w in layer.get_weights()])
        model = clustering.cluster_weights(
            source,
            number_of_clusters=5,
            cluster_centroids_init=start,
            preserve_sparsity=True,
        )
        images = pixels(SHAPE, 32)
        model.compile(tf_keras.optimizers.SGD(1e-4), "mse")
        model.fit(floats(images), np.zeros((32, 4)), verbose=0)
        made = exact(pk.interop.tfmot.lift(model, CONFIG, images), images)
        kernels = [layer.kernel for layer in made.layers if hasattr(layer, "kernel")]
        zeros = [np.mean(np.asarray(kernel) == 0) for kernel in kernels]
        assert zeros[0] > 0.2
        assert zeros[-1] > 0.2
