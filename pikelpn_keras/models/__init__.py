"""Models made of quantized layers."""

from pikelpn_keras.models.ds_cnn import DSCNN
from pikelpn_keras.models.mobilenet_v1 import MobileNetV1
from pikelpn_keras.models.mobilenet_v2 import MobileNetV2
from pikelpn_keras.models.pikelpn import PikeLPN
from pikelpn_keras.models.resnet8 import ResNet8
from pikelpn_keras.models.super_resolution import SuperResolution

__all__ = ["DSCNN", "MobileNetV1", "MobileNetV2", "PikeLPN", "ResNet8", "SuperResolution"]
