"""Times of functions that take turns, so that noise meets all of them."""

import time

import numpy as np


def in_turns(functions, rounds, runs):
    """Seconds of a run of each function, in each round.

    Args:
        functions: dict of functions without arguments.
        rounds: rounds.
        runs: runs in a row of each function in a round.

    Returns:
        dict of arrays `(rounds,)`.

    Example:

    >>> in_turns({"nothing": lambda: None}, rounds=3, runs=2)["nothing"].shape
    (3,)
    """
    for function in functions.values():
        function()
    found = {key: [] for key in functions}
    for _ in range(rounds):
        for key, function in functions.items():
            start = time.perf_counter()
            for _ in range(runs):
                function()
            found[key].append((time.perf_counter() - start) / runs)
    return {key: np.array(times) for key, times in found.items()}
