"""Models made of quantized layers."""

from pikelpn_keras.models.pikelpn import PikeLPN

__all__ = ["PikeLPN"]
