"""Times of functions that take turns, so that noise meets all of them."""

import time

import numpy as np

# Threads of the function before still spin for as long, and take a core from the next one.
PAUSE = 0.02


def in_turns(functions, rounds, runs):
    """Seconds of a run of each function, in each round, in an order that changes.

    A run that is not timed goes before, so that none pays for the caches of another.

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
    found = {key: [] for key in functions}
    random = np.random.default_rng(0)
    for _ in range(rounds):
        for key in random.permutation(list(functions)):
            function = functions[key]
            time.sleep(PAUSE)
            function()
            start = time.perf_counter()
            for _ in range(runs):
                function()
            found[key].append((time.perf_counter() - start) / runs)
    return {key: np.array(times) for key, times in found.items()}
