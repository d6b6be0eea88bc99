"""The settings of the training that the quoted results had."""

import dataclasses

import keras


@dataclasses.dataclass(frozen=True)
class FitRecipe:
    """The settings of a training, with the values that the quoted results had.

    Args:
        learning_rate: the peak rate of AdamW.
        weight_decay: that of AdamW.
        warmup: fraction of the steps in which the rate rises linearly from 0.
        freeze_last: fraction of the steps that run with norms and ranges frozen.
        teacher_share: the teacher's share of the loss.
        temperature: what logits are divided by before model and teacher are compared.

    Raises:
        ValueError: if a value lies outside its range.

    Example:

    >>> schedule = FitRecipe(learning_rate=1e-3).schedule(steps=1000)
    >>> [round(float(schedule(step)), 5) for step in (25, 50, 1000)]
    [0.0005, 0.001, 0.0]
    """

    learning_rate: float = 4e-3
    weight_decay: float = 1e-3
    warmup: float = 0.05
    freeze_last: float = 0.3
    teacher_share: float = 0.7
    temperature: float = 2.0

    def __post_init__(self):
        for name in ("warmup", "freeze_last", "teacher_share"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} is a fraction from 0 to 1, not {getattr(self, name)!r}")
        for name in ("learning_rate", "temperature"):
            if not 0 < getattr(self, name) < float("inf"):
                raise ValueError(f"{name} is a positive number, not {getattr(self, name)!r}")
        if not 0 <= self.weight_decay < float("inf"):
            raise ValueError(f"weight_decay is 0 or positive, not {self.weight_decay!r}")

    def schedule(self, steps):
        """The learning rate by step: a linear rise, then a cosine to 0 at the last step.

        Args:
            steps: steps of the whole training.

        Returns:
            a keras.optimizers.schedules.LearningRateSchedule.
        """
        rising = min(int(steps * self.warmup), steps - 1)
        return keras.optimizers.schedules.CosineDecay(
            0.0 if rising else self.learning_rate,
            steps - rising,
            warmup_target=self.learning_rate if rising else None,
            warmup_steps=rising,
        )

    def optimizer(self, rate):
        """The optimizer.

        Args:
            rate: a learning rate or the schedule of one.
        """
        return keras.optimizers.AdamW(rate, weight_decay=self.weight_decay)
