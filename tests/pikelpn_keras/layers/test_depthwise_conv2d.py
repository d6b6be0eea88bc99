import pikelpn_keras as pk
from tests.pikelpn_keras.layer_test_case import LayerTestCase


class TestQuantDepthwiseConv2D(LayerTestCase):
    cases = [
        {"kernel_size": 3},
        {"kernel_size": 3, "padding": "same", "strides": 2, "use_bias": False},
        {"kernel_size": 5, "depth_multiplier": 2, "depthwise_quantizer": "uniform7"},
        {"kernel_size": 3, "padding": "same", "dilation_rate": 2, "depth_multiplier": 3},
        {"kernel_size": (1, 7), "padding": "same", "depthwise_quantizer": "power_of_two6"},
        {"kernel_size": 1, "depthwise_quantizer": "binary"},
    ]

    def layer(self, **arguments):
        return pk.layers.QuantDepthwiseConv2D(**arguments)
