"""What is to be trained: the runs of a plan, and which of them are still to do.

A plan is a JSON list of objects: data, the name of a data file without its ending; variant, a name
of `variants.py`; seeds, a list; epochs; rate. Rows that come first are trained first.
"""

import dataclasses
import json
import pathlib

from json_lines import RUN, read
from variants import VARIANTS
from weight_files import weights_path


@dataclasses.dataclass(frozen=True)
class Run:
    """One net to train.

    Attributes:
        data: name of the data file, without its ending.
        variant: name in `variants.VARIANTS`.
        seed: seed of weights, order and augmentation.
        epochs: epochs of training.
        rate: peak learning rate.
    """

    data: str
    variant: str
    seed: int
    epochs: int
    rate: float

    @property
    def teacher(self):
        """The run of the float net that it starts from or learns from, or None."""
        if not VARIANTS[self.variant].needs_float_net:
            return None
        return dataclasses.replace(self, variant="float")

    def weights(self, folder):
        """Path of the weights that it leaves in a folder."""
        return weights_path(folder, self.variant, self.data, self.seed, self.epochs, self.rate)


def planned(path):
    """The runs of a plan, in its order."""
    return [
        Run(row["data"], row["variant"], seed, row["epochs"], row["rate"])
        for row in json.loads(pathlib.Path(path).read_text())
        for seed in row["seeds"]
    ]


def finished(path):
    """The runs whose line stands in a file of results: none where there is no file yet."""
    results = read(path) if pathlib.Path(path).exists() else []
    return {Run(*map(found.get, RUN)) for found in results}


def unfinished(runs, done, weights):
    """The runs that are to be trained, in order, each behind the float net that it needs.

    A float net whose result is known but whose weights are gone is among them where another run
    needs it.

    Args:
        runs: `Run`s, in the order of a plan.
        done: those whose result is known.
        weights: folder of the nets' weights.

    Returns:
        list of `Run`s.
    """
    found = []
    for run in runs:
        if run in done:
            continue
        if run.teacher and not run.teacher.weights(weights).exists():
            found.append(run.teacher)
        found.append(run)
    return list(dict.fromkeys(found))
