"""Nets of the accuracy experiments in other libraries' layers, by the names of their rows.

A library is imported when one of its nets is built, so `run.py` needs only those it trains.
"""

import functools
import importlib


def _net(module, input_shape, **options):
    return importlib.import_module(module).separable_net(input_shape, **options)


# Functions of the pictures' shape. Nothing in these nets freezes.
NETS = {
    "qkeras-v3, quantized norm": functools.partial(_net, "qkeras_net", norm="parameters"),
    "qkeras-v3, quantized multiplier": functools.partial(_net, "qkeras_net", norm="multiplier"),
    "qkeras-v3, float norm": functools.partial(_net, "qkeras_net", norm="float"),
}
