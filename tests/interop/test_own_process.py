"""larq and tfmot live on Keras 2, so their tests run in a process of their own.

Its Python is that of `.venv-interop`, which `make` builds, or this one where it has the packages;
PIKELPN_INTEROP_PYTHON names another.
"""

import os
import pathlib
import re
import subprocess
import sys

import pytest

from tests.conftest import REPOSITORY, existing

ENVIRONMENT = REPOSITORY / ".venv-interop" / "bin" / "python"
TESTS = ["tests/interop/legacy", "pikelpn_keras/interop"]


def has_packages(python):
    names = "larq", "tensorflow_model_optimization", "tf_keras", "pytest"
    program = f"from importlib.util import find_spec as f; assert all(map(f, {names}))"
    return subprocess.run([python, "-c", program], capture_output=True).returncode == 0


@pytest.fixture(scope="session")
def python():
    given = os.environ.get("PIKELPN_INTEROP_PYTHON")
    if given is None and has_packages(sys.executable):
        return sys.executable
    remedy = "run `make .venv-interop/installed`, or pip install 'pikelpn-keras[interop,test]'"
    return str(existing(pathlib.Path(given) if given else ENVIRONMENT, remedy))


def test_larq_and_tfmot_in_a_process_on_keras_2(python, fashion_mnist, pytestconfig):
    which = ["-m", pytestconfig.getoption("markexpr")]
    command = [python, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", *which, *TESTS]
    environment = {**os.environ, "TF_USE_LEGACY_KERAS": "1"}
    done = subprocess.run(
        command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=900
    )
    print(done.stdout)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]
    summary = done.stdout.strip().splitlines()[-1]
    assert int(re.search(r"(\d+) passed", summary)[1]) >= 40
    assert "skipped" not in summary
