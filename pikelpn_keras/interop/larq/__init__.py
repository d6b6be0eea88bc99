"""larq: our quantizers in its layers, its quantizers in ours, its models as ours.

Importing this module registers our quantizers with larq by name, so that
`lq.layers.QuantConv2D(..., kernel_quantizer="uniform4")` works.

Needs larq and a process with TF_USE_LEGACY_KERAS=1.

Raises:
    ImportError: if either is missing; the sentence has the command that mends it.
"""

from pikelpn_keras.interop.requirements import require_legacy_keras

require_legacy_keras("larq")

from pikelpn_keras.interop.larq.lifting import lift, twin  # noqa: E402
from pikelpn_keras.interop.larq.quantizers import InputQuantizer, KernelQuantizer, register  # noqa: E402
from pikelpn_keras.interop.larq.reverse import LarqQuantizer  # noqa: E402

register()

__all__ = ["InputQuantizer", "KernelQuantizer", "LarqQuantizer", "lift", "twin"]
