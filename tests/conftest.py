"""Real data for tests; what is absent skips a test, and fails it where CI=true."""

import os
import pathlib

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
