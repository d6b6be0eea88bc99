"""Grids of the tensors that flow between layers.

A layer that puts values on a grid attaches the `Grid` to its output tensor, as Keras attaches
masks, and the next layer reads it. It goes with the tensor through Functional, Sequential, nested
and subclassed models, eager, in graphs and under jit, without changing what users pass around.
"""

import weakref

from keras import ops

from pikelpn_keras.integer.grid import Grid

ACCUMULATOR_BITS = 32

# Tracers of JAX take no attributes.
_grids_of_tracers = {}


def attach(tensor, grid):
    """Attaches `grid` to `tensor` and returns the tensor."""
    try:
        tensor._pikelpn_grid = grid
    except AttributeError:
        _grids_of_tracers[id(tensor)] = grid
        weakref.finalize(tensor, _grids_of_tracers.pop, id(tensor), None)
    return tensor


def attach_accumulator(tensor, exponent):
    """Attaches an accumulator's grid: 32 bits, its exponent one number for each channel."""
    return attach(tensor, Grid(exponent, ACCUMULATOR_BITS, signed=True))


def grid_of(tensor, layer):
    """The grid of `tensor`, an input of `layer`.

    Raises:
        ValueError: if the tensor is on no grid.
    """
    grid = getattr(tensor, "_pikelpn_grid", None) or _grids_of_tracers.get(id(tensor))
    if grid is None:
        raise ValueError(
            f"{type(layer).__name__} '{layer.name}' needs an input on a grid, and this one is "
            "plain floats: begin the model with pikelpn_keras.layers.QuantInput and let layers of "
            "pikelpn_keras.layers stand between it and this layer"
        )
    return grid


def activation_grid_of(tensor, layer):
    """As `grid_of`, and refuses accumulators, which have more bits than a kernel can read.

    Raises:
        ValueError: if the tensor is on no grid or is an accumulator.
    """
    grid = grid_of(tensor, layer)
    if grid.bits > 8:
        raise ValueError(
            f"{type(layer).__name__} '{layer.name}' reads a 32-bit accumulator: put "
            "pikelpn_keras.layers.QuantReLU or QuantIdentity before it"
        )
    return grid


def exponent_vector(exponent, channels):
    """`exponent`, a scalar or a vector, as a float32 vector of `channels` entries."""
    exponent = ops.cast(exponent, "float32")
    return exponent if exponent.shape == (channels,) else ops.broadcast_to(exponent, (channels,))
