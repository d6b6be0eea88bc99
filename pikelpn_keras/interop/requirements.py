"""What a module of this package needs of its process, or the command that mends it."""

import importlib.util
import os

VARIABLE = "TF_USE_LEGACY_KERAS"
# The values that TensorFlow takes for yes.
YES = ("1", "true", "True")
INSTALL = "pip install 'pikelpn-keras[interop]'"


def require_package(module):
    """Refuses to go on without a package.

    Args:
        module: name of the module that it installs.

    Raises:
        ImportError: if it is not installed; the sentence has the command that installs it.

    Example:

    >>> require_package("no_such_module")
    Traceback (most recent call last):
    ImportError: no_such_module is not installed: pip install 'pikelpn-keras[interop]'
    """
    if importlib.util.find_spec(module) is None:
        raise ImportError(f"{module} is not installed: {INSTALL}")


def require_legacy_keras(module):
    """Refuses to go on where `tf.keras` is not Keras 2 or a package is not installed.

    Args:
        module: name of the module that needs Keras 2.

    Raises:
        ImportError: if so; the sentence has the command that mends it.
    """
    command = f"`{VARIABLE}=1 python ...`"
    if os.environ.get(VARIABLE) not in YES:
        raise ImportError(f"{module} works on Keras 2 only; start Python so: {command}")
    for name in (module, "tf_keras"):
        require_package(name)
    import tensorflow as tf
    import tf_keras

    if tf.keras.Model is not tf_keras.Model:
        raise ImportError(
            f"{module} works on Keras 2 only, and {VARIABLE} was set after tf.keras had become "
            f"Keras 3; start Python so: {command}"
        )
