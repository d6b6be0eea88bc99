import keras
import numpy as np
import pytest

import pikelpn_keras as pk
from tests.pikelpn_keras.layer_test_case import LayerTestCase, pixels


class TestQuantDepthToSpace(LayerTestCase):
    cases = [{"block_size": 2}]

    def layer(self, **arguments):
        return pk.layers.QuantDepthToSpace(**arguments)

    def around(self, x, layer):
        return layer(pk.layers.QuantIdentity()(pk.layers.QuantConv2D(12, 3)(x)))


def test_channels_go_where_tensorflow_puts_them():
    tf = pytest.importorskip("tensorflow")
    model = keras.Sequential(
        [keras.Input((None, None, 18)), pk.layers.QuantInput(), pk.layers.QuantDepthToSpace(3)]
    )
    images = pixels((3, 4, 18))
    assert np.array_equal(model(images) * 256, tf.nn.depth_to_space(images, 3))


@pytest.mark.parametrize(
    ("block_size", "message"),
    [
        (3, "'d' reads 4 channels, which are no multiple of block_size.*change the filters"),
        (1, "'d' takes a block_size of 2 or more, not 1"),
        ((2, 2), "'d' takes a block_size of 2 or more"),
    ],
)
def test_refuses(block_size, message):
    with pytest.raises(ValueError, match=message):
        pk.layers.QuantDepthToSpace(block_size, name="d")(keras.Input((4, 4, 4)))
