"""The tests that every layer inherits.

A subclass says what to test: `cases`, keyword arguments of `layer`; where the layer needs company,
`model` puts it into one.
"""

import keras
import numpy as np
import pytest

import pikelpn_keras as pk
import tflite_export
from tests.pikelpn_keras.ties import count_ties

IMAGES = 24


def pixels(shape, images=IMAGES, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (images, *shape), "uint8")


def train(model, inputs, steps=6):
    """A few steps towards random targets, frozen for the last of them."""
    keras.utils.set_random_seed(1)
    targets = np.random.default_rng(1).normal(size=(len(inputs), *model.output_shape[1:]))
    optimizer = keras.optimizers.SGD(0.02, momentum=0.5)
    # TensorFlow traces a step twice that makes variables.
    optimizer.build(model.trainable_variables)
    model.compile(optimizer, "mse")
    model.fit(
        inputs,
        targets,
        batch_size=len(inputs) // 2,
        epochs=steps // 2,
        verbose=0,
        callbacks=[pk.callbacks.FreezeSchedule()],
    )


class LayerTestCase:
    input_shape = (9, 8, 4)
    cases = [{}]
    images = IMAGES
    rounds = True

    def layer(self, **arguments):
        raise NotImplementedError

    def around(self, x, layer):
        """The layer's output on a grid, from the input on a grid."""
        return pk.layers.QuantIdentity(name="closing")(layer(x))

    def model(self, **arguments):
        keras.utils.set_random_seed(0)
        inputs = keras.Input(self.input_shape)
        layer = self.layer(name="tested", **arguments)
        return keras.Model(inputs, self.around(pk.layers.QuantInput()(inputs), layer))

    def test_exact_everywhere(self, case):
        model, inputs = self.model(**case), pixels(self.input_shape, self.images)
        before = [keras.ops.convert_to_numpy(v) for v in model.trainable_variables]
        train(model, inputs)
        for variable, old in zip(model.trainable_variables, before, strict=True):
            assert np.abs(keras.ops.convert_to_numpy(variable) - old).max() > 0, variable.path
        graph = pk.integer_graph(model)
        report = tflite_export.verify(model, tflite_export.convert(model), inputs)
        assert not report.skipped
        assert report.exact, str(report)
        assert not report.unproven
        values = graph.tensors[graph.outputs[0]].grid.values(graph.run(inputs))
        assert np.array_equal(model(inputs), values)
        if case == self.cases[0]:
            model.compile(jit_compile=True)
            assert np.array_equal(model.predict(inputs, verbose=0), values)
        assert len(np.unique(values)) > 2
        if self.rounds:
            assert count_ties(graph, inputs) > 0

    def test_saves_and_loads(self, case, tmp_path):
        model, inputs = self.model(**case), pixels(self.input_shape)
        pk.callbacks.freeze(model)
        expected = model.predict(inputs, verbose=0)
        model.save(tmp_path / "model.keras")
        loaded = keras.models.load_model(tmp_path / "model.keras")
        assert np.array_equal(loaded.predict(inputs, verbose=0), expected)
        assert all(layer.frozen for layer in loaded.layers if hasattr(layer, "frozen"))
        clone = keras.models.clone_model(model)
        clone.set_weights(model.get_weights())
        assert np.array_equal(clone(inputs), expected)

    def test_keeps_exact_under_mixed_precision(self):
        expected = self.model(**self.cases[0])(pixels(self.input_shape))
        keras.config.set_dtype_policy("mixed_bfloat16")
        try:
            outputs = self.model(**self.cases[0])(pixels(self.input_shape))
        finally:
            keras.config.set_dtype_policy("float32")
        assert np.array_equal(outputs, expected)

    def test_refuses_half_precision(self):
        with pytest.raises(ValueError, match="'half' .*float32.*leave dtype out"):
            self.layer(**self.cases[0], name="half", dtype="float16")

    def test_same_in_a_subclassed_model(self):
        functional = self.model(**self.cases[0])
        inputs = pixels(self.input_shape)
        assert np.array_equal(Subclassed(functional)(inputs), functional(inputs))
        assert np.array_equal(Subclassed(functional).predict(inputs, verbose=0), functional(inputs))

    def test_weights_that_are_not_finite_are_refused(self):
        model = self.model(**self.cases[0])
        layer = model.get_layer("tested")
        for variable in layer.trainable_variables[:1]:
            values = keras.ops.convert_to_numpy(variable).copy()
            values.flat[0] = np.nan
            variable.assign(values)
            with pytest.raises(ValueError, match="'tested'.* NaN or infinite"):
                pk.integer_graph(model)


class Subclassed(keras.Model):
    """Calls the layers of a chain, or of a chain with one join at its end, by hand."""

    def __init__(self, functional):
        super().__init__()
        self.functional = functional

    def call(self, inputs):
        known = {id(self.functional.inputs[0]): inputs}

        def value(tensor):
            if id(tensor) not in known:
                operation, index, _ = tensor._keras_history
                arguments = [value(t) for t in operation._inbound_nodes[index].input_tensors]
                joined = arguments if len(arguments) > 1 else arguments[0]
                known[id(tensor)] = operation(joined)
            return known[id(tensor)]

        return value(self.functional.outputs[0])
