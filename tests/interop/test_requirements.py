"""What is said where a package or the variable is missing, each in a process of its own."""

import os
import subprocess
import sys

import pytest

from tests.conftest import REPOSITORY

MODULES = {"larq": "larq", "tfmot": "tensorflow_model_optimization"}


def run(program, **variables):
    environment = {k: v for k, v in os.environ.items() if k != "TF_USE_LEGACY_KERAS"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=REPOSITORY,
        env={**environment, "TF_CPP_MIN_LOG_LEVEL": "3", **variables},
        capture_output=True,
        text=True,
    )
    return done.stdout.strip().splitlines(), done.stderr.strip().splitlines()


@pytest.mark.parametrize("name", MODULES)
def test_without_the_variable_a_sentence_has_the_command(name):
    _, errors = run(f"import pikelpn_keras as pk; pk.interop.{name}")
    assert errors[-1] == (
        f"ImportError: {MODULES[name]} works on Keras 2 only; start Python so: "
        "`TF_USE_LEGACY_KERAS=1 python ...`"
    )


@pytest.mark.parametrize("name", MODULES)
def test_without_the_package_a_sentence_has_the_command(name):
    program = f"import sys; sys.modules['{MODULES[name]}'] = None\n"
    program += f"import pikelpn_keras as pk; pk.interop.{name}"
    _, errors = run(program, TF_USE_LEGACY_KERAS="1")
    assert errors[-1] == (
        f"ImportError: {MODULES[name]} is not installed: pip install 'pikelpn-keras[interop]'"
    )


def test_importing_the_library_imports_neither_and_leaves_keras_alone():
    program = (
        "import os, sys, pikelpn_keras as pk\n"
        "pk.layers, pk.models, pk.quantize_model, pk.interop\n"
        "import tensorflow as tf\n"
        "found = {'larq', 'tensorflow_model_optimization', 'tf_keras'} & set(sys.modules)\n"
        "print(sorted(found), 'TF_USE_LEGACY_KERAS' in os.environ, tf.keras.__name__)\n"
    )
    lines, errors = run(program)
    assert lines, errors
    assert lines[-1].startswith("[] False keras")
