"""Steps of training of a small net, by the twin of tfmot's graph on JAX and by tfmot itself.

    KERAS_BACKEND=jax python tfmot_steps.py twin STEPS.npz          # draws what they start from
    TF_USE_LEGACY_KERAS=1 python tfmot_steps.py tfmot STEPS.npz     # starts from what is in there

The second adds its results to the file. Both compute in float32, each in its own order of sums. So
that they round alike, a step is drawn anew until no value that is quantized lies near a tie.
"""

import sys

import numpy as np

from benchmarks.accuracy.architectures import Architecture

SMALL = Architecture("small", (6, 6, 3), (4, 1), ((6, 1), (8, 2)), classes=4)
STEPS, PICTURES = 3, 4
# In steps of a grid. Two orders of one sum differ by less than a tenth of it.
LEAST_MARGIN = 1e-4
# One of three or so will do.
SEEDS = 200
RESULTS = "in_training", "in_inference", "gradients", "states"


def main(side, path):
    """Adds the results of one side to the file."""
    {"twin": write_twin, "tfmot": add_tfmot}[side](path)


def write_twin(path):
    """Draws steps, and lets the twin take them."""
    twin, seeds = Twin(), iter(range(SEEDS))
    found = named("fresh/twin", [v.value for v in twin.model.weights])
    for number in range(STEPS):
        drawn, results = next(
            (drawn, results)
            for drawn in map(twin.draw, seeds)
            if (results := twin.step(*drawn)) is not None
        )
        found |= named(f"{number}/start", drawn[0])
        found |= {f"{number}/images": drawn[1], f"{number}/labels": drawn[2]}
        for name, values in zip(RESULTS, results, strict=True):
            found |= named(f"{number}/{name}/twin", values)
    found["names"] = np.array([v.path for v in twin.model.weights])
    np.savez(path, **found)


def add_tfmot(path):
    """Lets tfmot take the steps of a file, and converts what the last one leaves."""
    from tfmot_file import set_weights, tfmot_model, weights_of
    from tools import TOOLS

    with np.load(path) as file:
        found = dict(file)
    model = tfmot_model(SMALL)
    found |= named("fresh/tfmot", weights_of(model))
    for number in range(STEPS):
        set_weights(model, numbered(found, f"{number}/start"))
        results = tfmot_step(model, found[f"{number}/images"], found[f"{number}/labels"])
        for name, values in zip(RESULTS, results, strict=True):
            found |= named(f"{number}/{name}/tfmot", values)
    found["tflite"] = np.frombuffer(TOOLS["tfmot"].convert(model, None), np.uint8)
    np.savez(path, **found)


def named(prefix, values):
    """Arrays by the names that they have in the file."""
    return {f"{prefix}/{index}": np.asarray(value) for index, value in enumerate(values)}


def numbered(found, prefix):
    """The arrays that `named` gave names."""
    count = sum(name.startswith(f"{prefix}/") for name in found)
    return [found[f"{prefix}/{index}"] for index in range(count)]


class Twin:
    """The twin, which gives what its quantizers take, too."""

    def __init__(self):
        import keras
        import tfmot_net

        inputs = keras.Input(SMALL.input_shape)
        logits = tfmot_net.logits(inputs, SMALL)
        layers = keras.Model(inputs, logits).layers
        self.quantizers = [x for x in layers if isinstance(x, tfmot_net.Quantizer)]
        self.kernels = [x for x in layers if hasattr(x, "quantizer")]
        self.model = keras.Model(inputs, [*(x.input for x in self.quantizers), logits])
        self.jitted = jitted_step(self.model)

    def draw(self, seed):
        """Weights, pictures on [0, 1) and labels; some values lie outside of their ranges."""
        random = np.random.default_rng(seed)
        bounds = {
            "gamma": (0.5, 1.5),
            "moving_variance": (0.5, 1.5),
            "low": (-0.5, -0.1),
            "high": (0.5, 1.5),
        }
        weights = [
            random.uniform(*bounds.get(v.name, (-1, 1)), v.shape).astype("float32")
            for v in self.model.weights
        ]
        # As after a picture: grey levels are levels of that range.
        weights[:2] = np.float32(0), np.float32(255 / 256)
        pixels = random.integers(0, 256, (PICTURES, *SMALL.input_shape))
        images = (pixels / 256).astype("float32")
        return weights, images, random.integers(0, SMALL.classes, PICTURES)

    def step(self, weights, images, labels):
        """What the step gives, by `RESULTS`, or None if a value came near a tie."""
        for variable, value in zip(self.model.weights, weights, strict=True):
            variable.assign(value)
        trainable, states = (
            [v.value for v in variables]
            for variables in (self.model.trainable_variables, self.model.non_trainable_variables)
        )
        passes, gradients, states = self.jitted(trainable, states, images, labels)
        for variable, value in zip(self.model.non_trainable_variables, states, strict=True):
            variable.assign(value)
        if min(self.distances(passes)) < LEAST_MARGIN:
            return None
        logits = ([values[-1]] for values in passes)
        return *logits, gradients, [v.value for v in self.model.weights]

    def distances(self, passes):
        """The distances of all values that are quantized to the nearest tie."""
        pairs = [(x.kernel, x.quantizer) for x in self.kernels]
        for values in passes:
            pairs += zip(values[:-1], self.quantizers, strict=True)
        for values, quantizer in pairs:
            low, high = np.asarray(quantizer.low), np.asarray(quantizer.high)
            steps = np.asarray(values) / ((high - low) / (255 - quantizer.lowest))
            # 0 is a level, so ties are odd halves.
            yield np.abs(steps % 1 - 0.5).min()


def jitted_step(model):
    """A function that takes a step as the experiments do; see `training.py`."""
    import jax
    import keras

    def loss(trainable, states, images, labels):
        values, states = model.stateless_call(trainable, states, images, training=True)
        losses = keras.losses.sparse_categorical_crossentropy(labels, values[-1], from_logits=True)
        return losses.mean(), (values, states)

    @jax.jit
    def step(trainable, states, images, labels):
        gradient = jax.grad(loss, has_aux=True)
        gradients, (values, states) = gradient(trainable, states, images, labels)
        later, _ = model.stateless_call(trainable, states, images, training=False)
        return (values, later), gradients, states

    return step


def tfmot_step(model, images, labels):
    """What `Twin.step` gives, of tfmot's model."""
    import tensorflow as tf
    import tf_keras
    from tfmot_file import weights_of

    loss = tf_keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    with tf.GradientTape() as tape:
        logits = model(images, training=True)
        value = loss(labels, logits)
    gradients = tape.gradient(value, model.trainable_variables)
    return [logits], [model(images, training=False)], gradients, weights_of(model)


if __name__ == "__main__":
    main(*sys.argv[1:])
