"""The library may be imported before Keras, from any end."""

import os
import subprocess
import sys

import pytest

# The backend that loads fastest; which one it is makes no difference here.
ENVIRONMENT = {**os.environ, "KERAS_BACKEND": "jax"}
STATEMENTS = [
    "import pikelpn_keras as pk; pk.quantizers; import pikelpn_keras.layers",
    "from pikelpn_keras.config import InputGrid; import pikelpn_keras.layers",
]


def run(program):
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("statements", STATEMENTS)
def test_before_keras(statements):
    run(statements)


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("pk.quantizers", marks=pytest.mark.slow),
        pytest.param("pk.QuantConfig", marks=pytest.mark.slow),
        "from pikelpn_keras.config import InputGrid",
        "import keras",
    ],
)
def test_layers_register_with_the_first_name_that_needs_keras(statement):
    program = (
        "import sys, pikelpn_keras as pk\n"
        "pk.IntegerGraph\n"
        "assert 'keras' not in sys.modules\n"
        f"{statement}\n"
        "import keras\n"
        "assert keras.saving.get_registered_object('pikelpn>QuantConv2D')\n"
    )
    run(program)
