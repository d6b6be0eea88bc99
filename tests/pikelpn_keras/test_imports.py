"""The library may be imported before Keras, from any end."""

import subprocess
import sys

import pytest

STATEMENTS = [
    "import pikelpn_keras as pk; pk.quantizers; import pikelpn_keras.layers",
    "from pikelpn_keras.config import InputGrid; import pikelpn_keras.layers",
]


@pytest.mark.parametrize("statements", STATEMENTS)
def test_before_keras(statements):
    done = subprocess.run([sys.executable, "-c", statements], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "statement",
    [
        "pk.quantizers",
        "pk.QuantConfig",
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
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
