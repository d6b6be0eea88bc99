"""Fully connected layer."""

import dataclasses

from pikelpn_keras.integer.nodes.linear import LinearNode


@dataclasses.dataclass(frozen=True, eq=False)
class Dense(LinearNode):
    """A fused fully connected layer on vectors; `kernel` is `(in units, out units)`."""

    @property
    def channel_kernel(self):
        return self.kernel

    def accumulate(self, inputs, dtype):
        return inputs @ self.kernel.astype(dtype)
