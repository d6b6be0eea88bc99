"""Runs in a process of its own, under the backend of KERAS_BACKEND.

    python distillation_program.py OUT.json

Trains a model with a teacher, jitted where the backend can, then in mixed precision, and writes
the losses that `fit` reports beside what NumPy makes of them.
"""

import json
import sys

import keras
import numpy as np

import pikelpn_keras as pk

SHARE, TEMPERATURE = 0.6, 3.0
RANDOM = np.random.default_rng(0)
X = RANDOM.integers(0, 256, (64, 8), "uint8")
Y = X.reshape(64, 4, 2).sum(-1).argmax(-1).astype("int32")
WEIGHTS = RANDOM.uniform(0.5, 2.0, len(X)).astype("float32")


def softmax(logits):
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def nets():
    """A quantized model with a regularizer, and a float teacher with one of its own."""
    model = keras.Sequential(
        [
            keras.Input((8,)),
            pk.layers.QuantInput(),
            pk.layers.QuantDense(16, kernel_regularizer=keras.regularizers.L2(0.01)),
            pk.layers.QuantReLU(),
            pk.layers.QuantDense(4),
            pk.layers.QuantIdentity(),
        ]
    )
    teacher = keras.Sequential(
        [
            keras.Input((8,)),
            keras.layers.Rescaling(1 / 64),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(4, kernel_regularizer=keras.regularizers.L2(9.0)),
            keras.layers.Softmax(dtype="float32"),
        ]
    )
    return model, teacher


def expected_loss(model, teacher):
    """The loss of one step, from what the two models give."""
    logits = model.predict(X, verbose=0).astype("float64")
    taught = teacher.predict(X, verbose=0).astype("float64") ** (1 / TEMPERATURE)
    taught /= taught.sum(-1, keepdims=True)
    labels = -np.log(softmax(logits)[np.arange(len(Y)), Y])
    distances = -(taught * np.log(softmax(logits / TEMPERATURE))).sum(-1)
    regular = 0.01 * np.sum(keras.ops.convert_to_numpy(model.layers[1].kernel) ** 2)
    both = (1 - SHARE) * labels + SHARE * TEMPERATURE**2 * distances
    return np.mean(both * WEIGHTS) + regular, np.mean(labels) + regular


def losses(**compiling):
    """What `fit` reports of a step and of an evaluation, and what they should be."""
    keras.utils.set_random_seed(1)
    model, teacher = nets()
    # So that no range moves in the step that is measured.
    pk.callbacks.freeze(model)
    fixed = [np.array(w) for w in teacher.get_weights()]
    wanted, wanted_by_labels = expected_loss(model, teacher)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.0), loss, metrics=["accuracy"], **compiling)
    with pk.distilling(model, teacher, SHARE, TEMPERATURE):
        history = model.fit(
            X, Y, sample_weight=WEIGHTS, batch_size=64, verbose=0, validation_data=(X, Y)
        ).history
    assert sorted(history) == ["accuracy", "loss", "val_accuracy", "val_loss"]
    assert all(map(np.array_equal, fixed, teacher.get_weights()))
    after = model.fit(X, Y, batch_size=64, verbose=0).history
    return {
        "given": [history["loss"][0], history["val_loss"][0], after["loss"][0]],
        "wanted": [wanted, wanted_by_labels, wanted_by_labels],
    }


def trained():
    """Accuracy of a training by the recipe, and whether it ended frozen."""
    keras.utils.set_random_seed(2)
    model, teacher = nets()
    teacher.compile(keras.optimizers.Adam(1e-2), "sparse_categorical_crossentropy")
    teacher.fit(X, Y, epochs=20, batch_size=8, verbose=0)
    history = pk.fit_recipe(
        model, X, Y, epochs=40, teacher=teacher, learning_rate=2e-2, batch_size=8, verbose=0
    ).history
    return {"accuracy": history["accuracy"][-1], "frozen": model.layers[-1].frozen}


def main(out_path):
    jits = keras.backend.backend() != "torch"
    result = {"backend": keras.backend.backend(), "jitted": losses(jit_compile=jits)}
    keras.mixed_precision.set_global_policy("mixed_float16")
    result["mixed"] = losses()
    result["trained"] = trained()
    with open(out_path, "w", encoding="utf-8") as file:
        json.dump(result, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
