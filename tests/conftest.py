"""Real data for tests; what is absent skips a test, and fails it where CI=true."""

import os
import pathlib
import subprocess
import sys

import pytest

REPOSITORY = pathlib.Path(__file__).parents[1]


def existing(path, remedy):
    """`path`, or a skipped test with the reason; in continuous integration a failed one."""
    if path.exists():
        return path
    reason = f"{path} is absent: {remedy}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def real_data():
    """A function that gives the path of a file of the real data by its name there."""
    folder = pathlib.Path(os.environ.get("PIKELPN_DATA", REPOSITORY.parent / "shared" / "data"))

    def file(name):
        return existing(folder / name, "set PIKELPN_DATA to the folder that holds it")

    return file


@pytest.fixture(scope="session")
def fashion_mnist():
    """The folder of Fashion-MNIST."""
    folder = pathlib.Path("/usr/share/datasets/fashion-mnist")
    return existing(folder, "install Debian's dataset-fashion-mnist")


def _has_interop_packages(python):
    names = "larq", "tensorflow_model_optimization", "tf_keras", "pytest"
    program = f"from importlib.util import find_spec as f; assert all(map(f, {names}))"
    return subprocess.run([python, "-c", program], capture_output=True).returncode == 0


@pytest.fixture(scope="session")
def interop_python():
    """The Python that has larq and tfmot, which live on Keras 2.

    It is that of `.venv-interop`, which `make` builds, or this one where it has the packages;
    PIKELPN_INTEROP_PYTHON names another.
    """
    given = os.environ.get("PIKELPN_INTEROP_PYTHON")
    if given is None and _has_interop_packages(sys.executable):
        return sys.executable
    default = REPOSITORY / ".venv-interop" / "bin" / "python"
    remedy = "run `make .venv-interop/installed`, or pip install 'pikelpn-keras[interop,test]'"
    return str(existing(pathlib.Path(given) if given else default, remedy))
