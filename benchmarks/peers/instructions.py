"""Counts the instructions of a run with valgrind's callgrind, for which noise does not matter.

    instructions.py FILE.tflite       # what valgrind runs: invokes the file each time it is told

Only what happens inside the run is counted: callgrind's counter is switched on around it.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

VALGRIND = "valgrind"


def count(path):
    """Instructions of one run of a file on one thread of LiteRT; None without valgrind."""
    if shutil.which(VALGRIND) is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder, "callgrind.out")
        words = [VALGRIND, "--tool=callgrind", "--instr-atstart=no", "--collect-jumps=no"]
        words += [f"--callgrind-out-file={out}", sys.executable, __file__, path]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        with subprocess.Popen(words, text=True, **pipes) as process:
            _wait(process)
            _switch(process, "on")
            print(file=process.stdin, flush=True)
            _wait(process)
            _switch(process, "off")
            process.communicate()
        return collected(out.read_text())


def collected(profile):
    r"""Instructions in a profile of callgrind.

    Example:

    >>> collected("events: Ir\nsummary: 120\n\ntotals: 120\n")
    120
    """
    return int(re.search(r"^totals: (\d+)", profile, re.MULTILINE)[1])


def _wait(process):
    if not process.stdout.readline():
        raise RuntimeError(f"valgrind ended: {process.stderr.read()}")


def _switch(process, state):
    words = ["callgrind_control", f"--instr={state}", str(process.pid)]
    subprocess.run(words, check=True, capture_output=True)


def main(path):
    """Invokes the file once to warm up, and once for each line that comes."""
    from inference import litert

    run = litert(pathlib.Path(path), threads=1)
    run()
    print("ready", flush=True)
    for _ in sys.stdin:
        run()
        print("done", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
