"""A callback that logs what a model costs while it trains."""

import keras

from pikelpn_keras.cost.measure import ace, workload
from pikelpn_keras.cost.models import cost_model as cost_model_of


class CostLogger(keras.callbacks.Callback):
    """Adds the model's cost to the logs of an epoch: to `History`, the progress bar, TensorBoard.

    The keys are "ace" and the name of the cost model. The cost changes while a model trains,
    because weights become 0 and accumulators wider or narrower. Callbacks that read these logs,
    such as `ModelCheckpoint(monitor="ace_v2", mode="min")`, stand behind this one.

    Args:
        cost_model: a `CostModel` or the name of one.
        every: after so many epochs, and after the last.

    Raises:
        ValueError: if the cost model is unknown or `every` is no positive number; when training
            begins, if the model's cost cannot be counted.

    Example:

    >>> import numpy as np, pikelpn_keras as pk
    >>> model = keras.Sequential([
    ...     keras.Input((4,)), pk.layers.QuantInput(), pk.layers.QuantDense(2),
    ...     pk.layers.QuantIdentity()])
    >>> model.compile("sgd", "mse")
    >>> history = model.fit(np.zeros((8, 4)), np.zeros((8, 2)), verbose=0, callbacks=[CostLogger()])
    >>> history.history["ace"]
    [448]
    """

    def __init__(self, cost_model="ace_v2", every=1):
        super().__init__()
        if not isinstance(every, int) or every < 1:
            raise ValueError(f"every counts epochs and is at least 1, not {every!r}")
        self.cost_model = cost_model_of(cost_model)
        self.every = every

    def on_train_begin(self, logs=None):
        # What cannot be counted is said now, not after an epoch.
        workload(self.model)

    def on_epoch_end(self, epoch, logs=None):
        last = epoch + 1 == self.params["epochs"]
        if logs is None or not (last or (epoch + 1) % self.every == 0):
            return
        # The JAX trainer keeps variables aside while an epoch runs.
        if hasattr(self.model, "jax_state_sync"):
            self.model.jax_state_sync()
        counted = workload(self.model)
        logs["ace"] = ace(counted)
        logs[self.cost_model.name] = self.cost_model.cost(counted.operations)
