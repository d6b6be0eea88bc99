"""Models that an earlier command or a program has saved."""

import pathlib

from tflite_export.cli.errors import UserError


def load(name):
    """Loads the Keras model in the file `name`.

    Raises:
        UserError: if there is no such file or Keras cannot read it.
        OSError: if it may not be read.
    """
    path = pathlib.Path(name)
    if not path.is_file():
        raise UserError(f"{path}: no such file")
    # Without the permission this says so, and before anything heavy is imported.
    path.open("rb").close()
    import keras

    try:
        return keras.models.load_model(path, compile=False)
    except Exception as error:  # what Keras raises depends on where in the file the damage is
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise UserError(f"{path} is no model that Keras can read: {reason}") from error
