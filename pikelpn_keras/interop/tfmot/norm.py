"""QuantNorm in Keras 2."""

import numpy as np
import tf_keras

from pikelpn_keras.grids import attach_accumulator
from pikelpn_keras.layers import QuantNorm

# The lifted model rounds offsets to the accumulator's grid; here they only meet a very fine one.
FINE = -20.0
# Arguments that both layers have.
ARGUMENTS = ("momentum", "epsilon", "center", "scale")


@tf_keras.saving.register_keras_serializable("pikelpn")
class PowerOfTwoNorm(tf_keras.layers.Layer):
    """`pikelpn_keras.layers.QuantNorm` as a layer of Keras 2: its variables, its arithmetic.

    `PikeLPNScheme` puts it in the place of batch normalizations.

    Args:
        momentum, epsilon, center, scale: as in `tf_keras.layers.BatchNormalization`.

    Attributes:
        norm: the QuantNorm.
    """

    def __init__(self, momentum=0.99, epsilon=1e-3, center=True, scale=True, **kwargs):
        super().__init__(**kwargs)
        norm = QuantNorm(
            momentum=momentum, epsilon=epsilon, center=center, scale=scale, name=self.name
        )
        # Keras 2 would track a layer of Keras 3 and then trip over its variables.
        object.__setattr__(self, "norm", norm)

    def build(self, input_shape):
        super().build(input_shape)
        self.norm.build(tuple(input_shape))
        self._trainable_weights.extend(v.value for v in self.norm.trainable_variables)
        self._non_trainable_weights.extend(v.value for v in self.norm.non_trainable_variables)

    def call(self, inputs, training=None):
        self.norm.trainable = self.trainable
        exponents = [FINE] * inputs.shape[-1]
        return self.norm(attach_accumulator(inputs, exponents), training=bool(training))

    def get_config(self):
        arguments = {name: getattr(self.norm, name) for name in ARGUMENTS}
        return {**super().get_config(), **arguments}

    def take_over(self, layer):
        """Takes the parameters and statistics of a built tf_keras BatchNormalization."""
        values = layer.get_weights()
        names = ("gamma",) * layer.scale + ("beta",) * layer.center
        for name, value in zip((*names, "moving_mean", "moving_variance"), values, strict=True):
            getattr(self.norm, name).assign(value)
        self.norm.follow_statistics()
        if not (np.all(self.norm.moving_mean == 0) and np.all(self.norm.moving_variance == 1)):
            self.norm.trust_statistics()
