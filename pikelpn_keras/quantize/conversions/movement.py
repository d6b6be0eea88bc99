"""Layers that move values and compute nothing; an affine map of the input passes them."""

import dataclasses
import warnings

import keras

from pikelpn_keras.quantize.namesakes import namesake
from pikelpn_keras.quantize.registry import converts
from pikelpn_keras.quantize.values import OnGrid


@converts(
    keras.layers.Dropout,
    keras.layers.Flatten,
    keras.layers.MaxPooling2D,
    keras.layers.Reshape,
)
def move(layer, values, builder):
    """Dropout, Flatten, MaxPooling2D, Reshape."""
    value = values[0]
    passes = isinstance(value, OnGrid) and value.scale.size == value.offset.size == 1
    value = value if passes else builder.on_grid(value)
    tensor = builder.add(namesake(layer, builder), value.tensor)
    return dataclasses.replace(value, tensor=tensor)


@converts(keras.layers.Identity)
def leave_out(layer, values, builder):
    """Identity."""
    return values[0]


@converts(
    keras.layers.ActivityRegularization,
    keras.layers.AlphaDropout,
    keras.layers.GaussianDropout,
    keras.layers.GaussianNoise,
    keras.layers.RandomBrightness,
    keras.layers.RandomContrast,
    keras.layers.RandomFlip,
    keras.layers.RandomRotation,
    keras.layers.RandomTranslation,
    keras.layers.RandomZoom,
    keras.layers.SpatialDropout1D,
    keras.layers.SpatialDropout2D,
)
def leave_out_of_training(layer, values, builder):
    """Noise, augmentation and penalties, which do nothing at inference."""
    warnings.warn(
        f"layer '{layer.name}' ({type(layer).__name__}) works in training alone and is left out; "
        "augment the data set in its place",
        stacklevel=2,
    )
    return values[0]


@converts(keras.layers.ZeroPadding2D)
def pad(layer, values, builder):
    """ZeroPadding2D."""
    value = values[0] if isinstance(values[0], OnGrid) else builder.on_grid(values[0])
    value = builder.centred(value)
    return dataclasses.replace(value, tensor=builder.add(namesake(layer, builder), value.tensor))
