"""What needs larq and tfmot is collected on Keras 2 alone; `tests/interop` starts that process."""

import os

import pytest

if os.environ.get("TF_USE_LEGACY_KERAS") != "1":
    collect_ignore_glob = [
        "pikelpn_keras/interop/larq/*",
        "pikelpn_keras/interop/tfmot/*",
        "tests/interop/legacy/*",
    ]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Processes take whole files, and one takes all tests of the app: they build in one folder."""
    from xdist.scheduler import LoadFileScheduling

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid):
            app = "tests/android_demo/"
            return app if nodeid.startswith(app) else super()._split_scope(nodeid)

    return Scheduling(config, log)
