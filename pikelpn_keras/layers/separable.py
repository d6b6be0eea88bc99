"""What the separable convolutions share: two halves and what stands between them."""

import functools

import keras
from keras import ops

from pikelpn_keras import quantizers
from pikelpn_keras.integer import nodes
from pikelpn_keras.integer.nodes import Window
from pikelpn_keras.layers.activation import QuantIdentity
from pikelpn_keras.layers.base import QuantLayer, refuse
from pikelpn_keras.layers.kernels import (
    ProductLayer,
    depthwise_product,
    get_quantizer,
    lower_product,
    multiply,
    refuse_channels_first,
)


class SeparableLayer(ProductLayer):
    """Base of the separable convolutions; it stands before the Keras layer that has the kernels.

    Subclasses say which window the depthwise half has.
    """

    def __init__(
        self,
        filters,
        kernel_size,
        *args,
        depthwise_quantizer="uniform4",
        pointwise_quantizer="power_of_two6",
        depthwise_norm=None,
        depthwise_activation=None,
        **kwargs,
    ):
        super().__init__(filters, kernel_size, *args, **kwargs)
        refuse_channels_first(self)
        self.depthwise_quantizer = get_quantizer(self, "depthwise_quantizer", depthwise_quantizer)
        self.pointwise_quantizer = get_quantizer(self, "pointwise_quantizer", pointwise_quantizer)
        self.depthwise_norm = self._between_layer("depthwise_norm", depthwise_norm)
        self.depthwise_activation = self._between_layer(
            "depthwise_activation", depthwise_activation
        ) or QuantIdentity(name="depthwise_identity")

    def _between_layer(self, argument, identifier):
        """The layer of a config dict; a quantized layer or None as it is."""
        if isinstance(identifier, dict):
            identifier = keras.layers.deserialize(identifier)
        refuse(
            self,
            identifier is not None and not isinstance(identifier, QuantLayer),
            f"takes a layer of pikelpn_keras.layers as {argument}, not {identifier!r}",
        )
        if identifier is not None:
            owner = vars(identifier).setdefault("_separable", self.name)
            refuse(
                self,
                owner != self.name,
                f"is given the {argument} '{identifier.name}', which belongs to '{owner}'; give it "
                "one of its own",
            )
        return identifier

    def build(self, input_shape):
        super().build(input_shape)
        shape = self._depthwise_shape(input_shape)
        for layer in self._between():
            if not layer.built:
                layer.build(shape)

    def call(self, inputs, training=None):
        outputs = multiply(
            self,
            inputs,
            self.depthwise_kernel,
            self.depthwise_quantizer,
            (-2, -1),
            functools.partial(depthwise_product, self),
            None,
        )
        for layer in self._between():
            outputs = layer(outputs, training=training)
        return multiply(
            self,
            outputs,
            self.pointwise_kernel,
            self.pointwise_quantizer,
            (-1,),
            ops.conv,
            self.bias,
        )

    def lower(self, graph, value):
        shape = self._depthwise_shape((None, *value.shape))[1:]
        value = self.leave(
            lower_product(
                self,
                f"{self.name}/depthwise",
                self.enter(graph, value),
                self.depthwise_kernel,
                self.depthwise_quantizer,
                (-2, -1),
                None,
                node_type=nodes.DepthwiseConv2D,
                geometry=self.geometry(),
                shape=shape,
            )
        )
        for layer in self._between():
            value = layer.lower(graph, value)
        return self.leave(
            lower_product(
                self,
                f"{self.name}/pointwise",
                self.enter(graph, value),
                self.pointwise_kernel,
                self.pointwise_quantizer,
                (-1,),
                self.bias,
                node_type=nodes.Conv2D,
                geometry={"window": Window((1, 1), (1, 1), (1, 1), "valid")},
                shape=(*shape[:-1], self.filters),
            )
        )

    def get_config(self):
        return {
            **super().get_config(),
            "depthwise_quantizer": quantizers.serialize(self.depthwise_quantizer),
            "pointwise_quantizer": quantizers.serialize(self.pointwise_quantizer),
            "depthwise_norm": self.depthwise_norm and keras.layers.serialize(self.depthwise_norm),
            "depthwise_activation": keras.layers.serialize(self.depthwise_activation),
        }

    def _between(self):
        return [layer for layer in (self.depthwise_norm, self.depthwise_activation) if layer]

    def _depthwise_shape(self, input_shape):
        channels = input_shape[-1] * self.depth_multiplier
        return (*self.compute_output_shape(input_shape)[:-1], channels)
