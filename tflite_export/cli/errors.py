"""Errors that the command line reports in one sentence."""

import contextlib


class UserError(Exception):
    """Something the user can mend: a missing file, a broken picture, an unfit model."""


class UsageError(UserError):
    """A command line that makes no sense."""


@contextlib.contextmanager
def user_errors():
    """Passes the library's ValueErrors on as `UserError`: they say what to change.

    Example:

    >>> with user_errors():
    ...     raise ValueError("too many cooks")
    Traceback (most recent call last):
    tflite_export.cli.errors.UserError: too many cooks
    """
    try:
        yield
    except ValueError as error:
        raise UserError(error) from error
