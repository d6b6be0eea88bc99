"""Training that can be interrupted and goes on where it was.

Nothing that a training does hangs on what ran before: each epoch has its own order of the images,
and the state after it, weights and optimizer, is one file that is renamed into its place.
"""

import io
import json
import math
import pathlib
import re

import keras
import numpy as np

from tflite_export.cli.errors import UserError
from tflite_export.files import replacing, save

SETTINGS = "settings.json"
STATE = re.compile(r"epoch-(\d+)\.npz")


class ShuffledImages(keras.utils.PyDataset):
    """Batches of images; seed and epoch alone decide their order.

    Args:
        images: array `(images, height, width, channels)`.
        labels: array of class indices.
        batch_size: images in a batch.
        seed: seed of the orders.
        epoch: the epoch that comes next, from 0 on.

    Example:

    >>> images = ShuffledImages(np.arange(5), np.arange(5), batch_size=2, seed=0, epoch=3)
    >>> len(images), len(images[2][0])
    (3, 1)
    """

    def __init__(self, images, labels, batch_size, seed, epoch):
        super().__init__()
        self._images, self._labels = images, labels
        self._batch_size, self._seed = batch_size, seed
        self._begin(epoch)

    def __len__(self):
        return math.ceil(len(self._images) / self._batch_size)

    def __getitem__(self, index):
        chosen = self._order[index * self._batch_size : (index + 1) * self._batch_size]
        return self._images[chosen], self._labels[chosen]

    def on_epoch_end(self):
        self._begin(self._epoch + 1)

    def _begin(self, epoch):
        self._epoch = epoch
        self._order = np.random.default_rng((self._seed, epoch)).permutation(len(self._images))


class Checkpoint(keras.callbacks.Callback):
    """The state of a training after its last whole epoch, in a folder.

    Args:
        folder: path; it is made where it is missing.
        settings: dict of plain values that make the training what it is.

    Raises:
        UserError: if the folder holds the state of a training of other settings.
        OSError: if it cannot be read or written.
    """

    def __init__(self, folder, settings):
        super().__init__()
        self._folder = pathlib.Path(folder)
        self._folder.mkdir(exist_ok=True)
        self._check(settings)

    @property
    def epoch(self):
        """The epoch that comes next, from 0 on."""
        return max(self._states(), default=(0, None))[0]

    def on_train_begin(self, logs=None):
        """Gives the model the kept state.

        Raises:
            UserError: if the state is damaged.
        """
        states = self._states()
        if not states:
            return
        _, path = max(states)
        self.model.optimizer.build(self.model.trainable_variables)
        try:
            with np.load(path) as kept:
                for name, variable in self._variables().items():
                    variable.assign(kept[name])
        except Exception as error:  # what is raised depends on where in the file the damage is
            raise UserError(f"{path} is damaged ({error}); delete it to begin anew") from error

    def on_epoch_end(self, epoch, logs=None):
        path = self._folder / f"epoch-{epoch + 1:04}.npz"
        earlier = self._states()
        # Not by `save_weights`: where a disk is full, h5py 3.14 raises errors of its own and may
        # end the process (segmentation fault).
        arrays = {
            name: keras.ops.convert_to_numpy(variable)
            for name, variable in self._variables().items()
        }
        content = io.BytesIO()
        np.savez(content, **arrays)
        save(path, content.getbuffer())
        for _, other in earlier:
            if other != path:
                other.unlink()

    def remove(self):
        """Deletes the state: the trained model is written."""
        for path in (*(path for _, path in self._states()), self._folder / SETTINGS):
            path.unlink(missing_ok=True)
        if not any(self._folder.iterdir()):
            self._folder.rmdir()

    def _variables(self):
        """What an epoch changes, by the place in model or optimizer."""
        variables = [*self.model.variables, *self.model.optimizer.variables]
        return {str(place): variable for place, variable in enumerate(variables)}

    def _states(self):
        """(epochs done, path) of each state in the folder."""
        found = ((STATE.fullmatch(path.name), path) for path in self._folder.iterdir())
        return [(int(match[1]), path) for match, path in found if match]

    def _check(self, settings):
        path = self._folder / SETTINGS
        if not path.exists():
            with replacing(path) as beside:
                beside.write_text(json.dumps(settings, indent=1), encoding="utf-8")
            return
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            other = [name for name in settings if kept.get(name) != settings[name]]
        except (ValueError, AttributeError) as error:
            raise UserError(f"{path} is damaged ({error}); delete its folder") from error
        if other:
            name = other[0]
            raise UserError(
                f"{self._folder} keeps a training with {name}={kept.get(name)}, not "
                f"{settings[name]}; go on with that, or delete the folder"
            )
