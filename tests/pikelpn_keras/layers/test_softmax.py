import keras
import numpy as np
import pytest
import tensorflow as tf

import pikelpn_keras as pk
import tflite_export
from tests.pikelpn_keras.layer_test_case import LayerTestCase, pixels, train


@pytest.mark.filterwarnings("ignore:layer 'tested' is not proven exact")
class TestQuantSoftmax(LayerTestCase):
    """Outside the exact operators: probabilities differ by at most 1/256."""

    input_shape = (12,)

    def layer(self, **arguments):
        return pk.layers.QuantSoftmax(**arguments)

    def around(self, x, layer):
        return layer(pk.layers.QuantIdentity()(pk.layers.QuantDense(10)(x)))

    def test_exact_everywhere(self, case):
        model, inputs = self.model(**case), pixels(self.input_shape, 200)
        train(model, inputs)
        graph = pk.integer_graph(model)
        tflite = tflite_export.convert(model)
        report = tflite_export.verify(model, tflite, inputs)
        assert set(report.unproven) == {"tested"}
        assert not report.skipped
        assert max(report.mismatches.values()) <= report.compared // 1000
        expected = graph.run(inputs)
        assert np.abs(np.asarray(model(inputs)) * 256 - expected).max() <= 1
        for runtime in tflite_export.runtimes.RUNTIMES.values():
            (computed,) = runtime(tflite).run(inputs.astype(np.int32))
            assert np.abs(computed - expected).max() <= 1


def test_gradient_is_that_of_the_softmax():
    logits = np.array([[1.0, -2.0, 0.5]], "float32")
    x = pk.layers.QuantInput(exponent=-4, signed=True)(logits)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        rounded = pk.layers.QuantSoftmax()(x)[0, 0]
        smooth = keras.activations.softmax(x)[0, 0]
    assert np.array_equal(tape.gradient(rounded, x), tape.gradient(smooth, x))


def test_refuses_other_axes():
    with pytest.raises(ValueError, match="'s' takes axis -1"):
        pk.layers.QuantSoftmax(axis=1, name="s")


def test_refuses_accumulators():
    x = pk.layers.QuantDense(3)(pk.layers.QuantInput()(np.zeros((1, 4), "uint8")))
    with pytest.raises(ValueError, match="'s' reads a 32-bit accumulator: put"):
        pk.layers.QuantSoftmax(name="s")(x)
