"""Variants of the accuracy experiments that are nets of other libraries.

Each library is imported when one of its variants is built, so `run.py` needs only those it trains.
HGQ2's wheel brings a package `qkeras` of its own over that of qkeras-v3: install one of the two in
an environment, or each into a folder of its own.
"""

import importlib


def qkeras_net(input_shape, **options):
    """`qkeras_net.separable_net`."""
    return importlib.import_module("qkeras_net").separable_net(input_shape, **options)


def hgq_net(input_shape, **options):
    """`hgq_net.separable_net`."""
    return importlib.import_module("hgq_net").separable_net(input_shape, **options)


# (function that builds the net, its options, options of the training), as in `run.py`. Nothing in
# these nets freezes.
VARIANTS = {
    "qkeras-v3, quantized norm": (qkeras_net, {"norm": "parameters"}, {}),
    "qkeras-v3, quantized multiplier": (qkeras_net, {"norm": "multiplier"}, {}),
    "qkeras-v3, float norm": (qkeras_net, {"norm": "float"}, {}),
    "HGQ2": (hgq_net, {}, {}),
}
