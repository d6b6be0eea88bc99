"""From the command line to a command and from its outcome to an exit status."""

import contextlib
import os
import signal
import sys
import threading

from absl import flags

from pikelpn_keras.version import __version__
from tflite_export.cli import commands
from tflite_export.cli.errors import UsageError, UserError

FAILURE = 1
USAGE_ERROR = 2
INTERRUPTED = 130
BROKEN_PIPE = 141


def main(arguments=None):
    """Runs one `pikelpn` command.

    Args:
        arguments: the words after `pikelpn`; by default those of this process.

    Returns:
        The exit status: 0 for success, 1 for a failure, 2 for a wrong command line, 130 when
        interrupted or terminated, 141 when nobody reads what it prints.
    """
    # TensorFlow's start-up notes would hide the one sentence that matters.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    try:
        with _ended_like_by_hand():
            status = _dispatch(sys.argv[1:] if arguments is None else list(arguments))
            sys.stdout.flush()
            return status
    except BrokenPipeError:
        # Who read, `head` for example, has had enough; at the end Python flushes once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except UsageError as error:
        return _fail(error, USAGE_ERROR)
    except UserError as error:
        return _fail(error, FAILURE)
    except OSError as error:
        return _fail(f"{error.filename}: {error.strerror}" if error.filename else error, FAILURE)
    except KeyboardInterrupt:
        return _fail("interrupted", INTERRUPTED)


@contextlib.contextmanager
def _ended_like_by_hand():
    """SIGTERM ends a command as Ctrl-C does, so that no file under way stays behind."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)


def _fail(message, status):
    print(f"pikelpn: {message}", file=sys.stderr)
    return status


def _dispatch(arguments):
    if not arguments:
        raise UsageError(f"name a command: {', '.join(commands.names())}")
    name, *rest = arguments
    if name in ("--help", "-h", "help"):
        print(_overview())
        return 0
    if name == "--version":
        print(__version__)
        return 0
    if name not in commands.names():
        raise UsageError(f"'{name}' is no command; choose from {', '.join(commands.names())}")
    return _run(name, rest)


def _overview():
    summaries = [(name, commands.summary(name)) for name in commands.names()]
    width = max(len(name) for name, _ in summaries)
    lines = "\n".join(f"  {name:{width}}  {text}" for name, text in summaries)
    return (
        "usage: pikelpn COMMAND [FLAGS]\n\n"
        f"{lines}\n\n"
        "'pikelpn COMMAND --help' lists the flags of a command."
    )


def _run(name, arguments):
    command = commands.load(name)
    module = f"pikelpn {name}"
    values = flags.FlagValues()
    values.set_gnu_getopt(True)
    command.define_flags(values)
    if {"--help", "-h"} & set(arguments):
        print(f"usage: {command.USAGE}\n\n{command.__doc__.strip()}\n{values.get_help()}")
        return 0
    try:
        paths = values([module, *arguments])[1:]
    except flags.Error as error:
        raise UsageError(f"{name}: {error}") from error
    if len(paths) not in command.PATHS:
        raise UsageError(f"usage: {command.USAGE}")
    return command.run(values, *paths)
