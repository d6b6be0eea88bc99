"""Files of results: one JSON object a line, appended by many processes that may be killed."""

import json
import pathlib

# What tells one training from another.
RUN = ("data", "variant", "seed", "epochs", "rate")


def read(path):
    """The objects of a file, in its order; a line that was cut off is left out.

    Args:
        path: the file.

    Raises:
        FileNotFoundError: if it is not there.
    """
    lines = pathlib.Path(path).read_text(encoding="utf-8").splitlines()
    return [found for line in lines if (found := _decoded(line)) is not None]


def append(path, found):
    """Prints an object and appends it to a file, on a line of its own.

    Args:
        path: the file, which may end in a line that was cut off.
        found: a dict.
    """
    line = json.dumps(found)
    print(line, flush=True)
    with open(path, "ab+") as file:
        if file.tell():
            file.seek(-1, 2)
            line = line if file.read(1) == b"\n" else f"\n{line}"
        # One write: others append to the same file.
        file.write(f"{line}\n".encode())


def latest(results):
    """The last of the results of each run: a run that was made anew counts once.

    Example:

    >>> latest([{"seed": 0, "accuracy": 0.8}, {"seed": 0, "accuracy": 0.9}])
    [{'seed': 0, 'accuracy': 0.9}]
    """
    return list({tuple(found.get(key) for key in RUN): found for found in results}.values())


def _decoded(line):
    try:
        return json.loads(line)
    except json.JSONDecodeError:
        return None
