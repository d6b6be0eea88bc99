"""Where the trained nets of the experiments lie."""

import pathlib


def weights_path(folder, variant, data, seed, epochs, rate):
    """Path of the weights that a run leaves.

    Args:
        folder: folder of all nets' weights.
        variant: name in `variants.VARIANTS`.
        data: name of the data file, without its ending.
        seed: seed of the run.
        epochs: its epochs.
        rate: its peak learning rate.

    Example:

    >>> weights_path("weights", "both uniform", "fashion_mnist", 0, 60, 4e-3).name
    'both_uniform_fashion_mnist_0_60_0.004.weights.h5'
    """
    name = f"{variant}_{data}_{seed}_{epochs}_{rate:g}.weights.h5".replace(" ", "_")
    return pathlib.Path(folder, name)


def save_weights(model, path):
    """Writes a model's weights beside `path` and renames them: whoever finds them has them all.

    Args:
        model: a built keras.Model.
        path: a pathlib.Path that ends in .weights.h5.
    """
    partial = path.with_name(f"partial_{path.name}")
    model.save_weights(partial)
    partial.replace(path)
