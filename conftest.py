"""What needs larq and tfmot is collected on Keras 2 alone; `tests/interop` starts that process."""

import os

if os.environ.get("TF_USE_LEGACY_KERAS") != "1":
    collect_ignore_glob = [
        "pikelpn_keras/interop/larq/*",
        "pikelpn_keras/interop/tfmot/*",
        "tests/interop/legacy/*",
    ]
