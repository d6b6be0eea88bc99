"""Breaks .tflite files in thousands of ways and reads them: `python -m benchmarks.fuzz_reader`.

Every case must end in a result or in one of the reader's own errors, soon, and in memory bounded by
the file's size. Cases run in a process of their own, so that one that crashes, hangs or takes too
much memory is told by the seed that repeats it, and the rest goes on.

    python -m benchmarks.fuzz_reader --cases=1000000
    python -m benchmarks.fuzz_reader --seed=1234 --cases=1

Every file is parsed once, and each reader takes what was parsed. Where that ends in an error, all
readers end there, since they begin so; of such files one in `CHECKED` is given to all of them.
"""

import argparse
import collections
import dataclasses
import faulthandler
import json
import mmap
import os
import resource
import signal
import struct
import sys
import time

from benchmarks.fuzz_cases import READERS, case, outcome, prepared
from tflite_export.operator_list import BrokenFileError, operator_list

# Cases that one process runs.
CHUNK = 1000
CHECKED = 16
SPARE_MEMORY = 2**28
# Of processor time.
LONGEST_SECONDS = 10
PATIENCE = 60
_SEED = struct.Struct("q")


class Hang(Exception):
    """A case took too long."""


def run_case(content, checked):
    """{(reader, end): 1}, and the errors that are not a reader's own, in words."""
    ends, failures = {}, []
    try:
        file = operator_list(content)
    except BrokenFileError:
        ends["operator_list", BrokenFileError.__name__] = 1
        if not checked:
            return ends, failures
        file = content
    except Exception as error:  # whatever it is, it is what this program looks for
        return ends, [f"operator_list: {error!r:.200}"]
    for reader in READERS:
        try:
            ends[reader, outcome(reader, file)] = 1
        except Exception as error:  # the same
            failures.append(f"{reader}: {error!r:.200}")
    return ends, failures


def _run_chunk(seeds, files, current, output):
    """Runs the cases of some seeds in this process and writes the counts as JSON."""
    _limit_memory()
    signal.signal(signal.SIGPROF, _raise_hang)
    ends, failures, slowest = collections.Counter(), 0, 0.0
    for seed in seeds:
        current[:] = _SEED.pack(seed)
        content = case(seed, files)
        begin = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, LONGEST_SECONDS)
        # What hangs in native code hears no signal; on a busy machine the clock runs ahead.
        faulthandler.dump_traceback_later(PATIENCE * LONGEST_SECONDS, exit=True)
        found, errors = run_case(content, seed % CHECKED == 0)
        signal.setitimer(signal.ITIMER_PROF, 0)
        slowest = max(slowest, time.process_time() - begin)
        ends.update(found)
        failures += len(errors)
        for error in errors:
            print(f"seed {seed}, {error}", file=sys.stderr, flush=True)
    counts = [[*key, count] for key, count in ends.items()]
    output.write(json.dumps({"ends": counts, "failures": failures, "slowest": slowest}))
    output.flush()


def _raise_hang(signum, frame):
    raise Hang(f"more than {LONGEST_SECONDS} s")


def _in_a_process(seeds, files):
    """What `_run_chunk` counted; or None and the seed at which its process ended."""
    current = mmap.mmap(-1, _SEED.size)
    read_end, write_end = os.pipe()
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            with os.fdopen(write_end, "w") as output:
                _run_chunk(seeds, files, current, output)
            status = 0
        finally:
            os._exit(status)
    os.close(write_end)
    with os.fdopen(read_end) as answers:
        answer = answers.read()
    _, status = os.waitpid(child, 0)
    if status == 0:
        return json.loads(answer), None
    return None, _SEED.unpack(current[:])[0]


@dataclasses.dataclass
class Totals:
    """What the cases so far ended in."""

    start: float = dataclasses.field(default_factory=time.perf_counter)
    ends: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    files: int = 0
    failures: int = 0
    crashes: int = 0
    slowest: float = 0.0

    @property
    def seconds(self):
        return time.perf_counter() - self.start

    def add(self, files, counted):
        """Adds what `_run_chunk` counted in some files."""
        self.ends.update({f"{reader}: {end}": count for reader, end, count in counted["ends"]})
        self.files += files
        self.failures += counted["failures"]
        self.slowest = max(self.slowest, counted["slowest"])

    def __str__(self):
        largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        return (
            f"{self.files:,} files, {self.seconds:.0f} s; slowest {self.slowest:.2f} s; at most "
            f"{largest:,} KiB of memory; {self.failures} unexpected errors, {self.crashes} crashes "
            "or hangs"
        )


def run(seeds, files, seconds):
    """Runs the cases of a range of seeds, for so many seconds at most; returns the `Totals`."""
    totals = Totals()
    pending = collections.deque(
        seeds[first : first + CHUNK] for first in range(0, len(seeds), CHUNK)
    )
    while pending and totals.seconds < seconds:
        chunk = pending.popleft()
        counted, seed = _in_a_process(chunk, files)
        if counted is None:
            print(f"seed {seed}: its process ended", file=sys.stderr, flush=True)
            totals.crashes += 1
            rest = (range(chunk.start, seed), range(seed + 1, chunk.stop))
            pending.extendleft(part for part in rest if part)
        else:
            totals.add(len(chunk), counted)
            print(totals, file=sys.stderr, flush=True)
    return totals


def main():
    """Runs the cases and prints what they ended in."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0, help="the first")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="end after so many")
    options = parser.parse_args()
    seeds = range(options.seed, options.seed + options.cases)
    totals = run(seeds, prepared(), options.seconds)
    print(json.dumps(dict(sorted(totals.ends.items()))))
    print(totals)
    return 1 if totals.failures or totals.crashes else 0


def _limit_memory():
    """Lets an allocation beyond `SPARE_MEMORY` fail, so that its seed is printed."""
    with open("/proc/self/statm") as file:
        mapped = int(file.read().split()[0]) * resource.getpagesize()
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (mapped + SPARE_MEMORY, hard))


if __name__ == "__main__":
    sys.exit(main())
