"""larq and tfmot live on Keras 2, so their tests run in a process of their own."""

import os
import re
import subprocess

from tests.conftest import REPOSITORY

TESTS = ["tests/interop/legacy", "pikelpn_keras/interop"]


def test_larq_and_tfmot_in_a_process_on_keras_2(interop_python, fashion_mnist, pytestconfig):
    which = ["-m", pytestconfig.getoption("markexpr")]
    command = [
        interop_python,
        "-m",
        "pytest",
        "-q",
        "-rs",
        "-p",
        "no:cacheprovider",
        *which,
        *TESTS,
    ]
    environment = {**os.environ, "TF_USE_LEGACY_KERAS": "1"}
    done = subprocess.run(
        command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=900
    )
    print(done.stdout)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]
    summary = done.stdout.strip().splitlines()[-1]
    assert int(re.search(r"(\d+) passed", summary)[1]) >= 40
    assert "skipped" not in summary
