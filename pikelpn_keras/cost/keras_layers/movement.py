"""Layers that only move numbers, or do nothing outside of training."""

import keras

from pikelpn_keras.cost.keras_layers.registry import counts
from pikelpn_keras.cost.work import Work


@counts(
    keras.layers.ActivityRegularization,
    keras.layers.Concatenate,
    keras.layers.Cropping1D,
    keras.layers.Cropping2D,
    keras.layers.Dropout,
    keras.layers.Flatten,
    keras.layers.GaussianDropout,
    keras.layers.GaussianNoise,
    keras.layers.Identity,
    keras.layers.Permute,
    keras.layers.RepeatVector,
    keras.layers.Reshape,
    keras.layers.SpatialDropout1D,
    keras.layers.SpatialDropout2D,
    keras.layers.UpSampling1D,
    keras.layers.ZeroPadding1D,
    keras.layers.ZeroPadding2D,
)
def movement(call):
    """No arithmetic."""
    return Work()


@counts(keras.layers.UpSampling2D)
def up_sampling(call):
    """No arithmetic for the nearest pixel; other interpolations are not known."""
    interpolation = call.layer.interpolation
    return Work(unknown=() if interpolation == "nearest" else (f"{interpolation} interpolation",))
