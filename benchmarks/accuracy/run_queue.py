"""Hands out the runs of a plan to threads, and those that die anew."""

import collections
import threading
import time

from plan import finished, planned, unfinished

START_SECONDS = 25
ATTEMPTS = 3
# How long a thread waits that has nothing to do until another's float net is there.
PAUSE = 1.0


class RunQueue:
    """The runs that are still to do, in the order of the plan.

    The plan is read again whenever a thread asks, so that runs can be added meanwhile.

    Args:
        plan: path of the plan.
        output: path of the results.
        weights: folder of the nets' weights.
        seconds: time for all runs.
        epoch_seconds: time that an epoch takes.
    """

    def __init__(self, plan, output, weights, seconds=float("inf"), epoch_seconds=0.0):
        self._plan, self._weights = plan, weights
        self._done, self._running = finished(output), set()
        self._failures = collections.Counter()
        self._lock = threading.Lock()
        self._end, self._epoch_seconds = time.monotonic() + seconds, epoch_seconds

    def left(self):
        """The runs that are to do, those that were given up among them."""
        return unfinished(planned(self._plan), self._done, self._weights)

    def take(self):
        """The next run, or None where none can begin that ends in time."""
        while True:
            with self._lock:
                runs = [run for run in self.left() if self._may_begin(run)]
                for run in runs:
                    if run not in self._running and self._has_teacher(run):
                        self._running.add(run)
                        return run
                if self._running.isdisjoint(run.teacher for run in runs):
                    return None
            time.sleep(PAUSE)

    def ended(self, run, succeeded):
        """Takes note of a run's end; one that died is handed out anew, a few times."""
        with self._lock:
            self._running.remove(run)
            if succeeded:
                self._done.add(run)
            else:
                self._failures[run] += 1

    def _may_begin(self, run):
        expected = START_SECONDS + run.epochs * self._epoch_seconds
        in_time = time.monotonic() + expected < self._end
        return in_time and self._failures[run] < ATTEMPTS

    def _has_teacher(self, run):
        return run.teacher is None or run.teacher.weights(self._weights).exists()


def share(queue, gpus, workers, train):
    """Empties a queue with threads.

    Args:
        queue: a `RunQueue`.
        gpus: number of GPUs.
        workers: threads for each.
        train: function of a run and the number of a GPU that says whether the run succeeded.
    """

    def work(gpu):
        while run := queue.take():
            queue.ended(run, train(run, gpu))

    threads = [
        threading.Thread(target=work, args=(gpu,)) for _ in range(workers) for gpu in range(gpus)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
