"""Train a PikeLPN model on images and save it.

It is trained on raw uint8 pixels by `pikelpn_keras.fit_recipe`: AdamW, a learning rate that rises
for a twentieth of the steps and falls as a cosine, norms and ranges frozen for the last 30 %. With
--teacher the model learns from a trained float model too. The class names go beside the model, into
MODEL.labels.txt. With --checkpoint a training that was interrupted goes on after its last whole
epoch when the same command is given again, and ends in the same model.
"""

import hashlib
import pathlib

from absl import flags

from tflite_export.cli import files, image_flags, labels, saved_models
from tflite_export.cli.errors import user_errors

USAGE = "pikelpn train (--dataset=NAME | --data_dir=FOLDER) --output=MODEL.keras [FLAGS]"
PATHS = range(0, 1)


def define_flags(values):
    """Defines the flags of `pikelpn train`."""
    image_flags.define(values)
    own = {"flag_values": values, "module_name": "pikelpn train"}
    flags.DEFINE_integer(
        "image_size",
        None,
        "Height and width in pixels; pictures are resized, data sets enlarged by whole factors.",
        lower_bound=1,
        **own,
    )
    flags.DEFINE_string("output", "model.keras", "The file to write.", **own)
    flags.DEFINE_float("width", 0.25, "Multiplies the channels of every layer.", **own)
    flags.DEFINE_integer("epochs", 30, "Passes over the training images.", lower_bound=1, **own)
    flags.DEFINE_integer("batch_size", 32, "Images in a step.", lower_bound=1, **own)
    flags.DEFINE_float("learning_rate", 3e-3, "The highest rate.", lower_bound=0, **own)
    flags.DEFINE_integer("seed", 0, "Seed of weights and shuffling.", 0, 2**32 - 1, **own)
    flags.DEFINE_string(
        "teacher",
        None,
        "A trained float model of the same images and classes, FLOAT.keras, which takes raw pixels "
        "and gives logits or probabilities.",
        **own,
    )
    flags.DEFINE_string(
        "checkpoint", None, "Folder to keep the state in after each epoch, until the end.", **own
    )


def run(values):
    """Trains, prints the test accuracy and writes the model."""
    output = files.output_path(values.output, ".keras")
    data = image_flags.load(values, values.image_size and (values.image_size,) * 2)
    class_names = labels.lines(data.class_names)
    import keras

    import pikelpn_keras as pk
    from tflite_export.cli import training

    keras.utils.set_random_seed(values.seed)
    teacher = saved_models.load(values.teacher) if values.teacher else None
    checkpoint = None
    if values.checkpoint is not None:
        checkpoint = training.Checkpoint(values.checkpoint, _settings(values, data))
    epoch = checkpoint.epoch if checkpoint else 0
    with user_errors():
        model = _model(values, data)
        pk.fit_recipe(
            model,
            training.ShuffledImages(
                data.x_train, data.y_train, values.batch_size, values.seed, epoch
            ),
            epochs=values.epochs,
            initial_epoch=epoch,
            shuffle=False,
            teacher=teacher,
            learning_rate=values.learning_rate,
            callbacks=checkpoint,
        )
    _, accuracy = model.evaluate(data.x_test, data.y_test, verbose=0)
    print(f"test accuracy {100 * accuracy:.2f} % on {len(data.x_test)} images")
    with files.replacing(output) as beside:
        model.save(beside)
    labels.write(output, class_names)
    if checkpoint:
        checkpoint.remove()
    print(f"wrote {output} and {labels.path_of(output)}")
    return 0


def _model(values, data):
    import pikelpn_keras as pk

    return pk.models.PikeLPN(
        input_shape=data.x_train.shape[1:], classes=len(data.class_names), width=values.width
    )


def _settings(values, data):
    """What makes a training what it is: flags, and the files that they name."""
    flags_of_it = ("width", "epochs", "batch_size", "learning_rate", "seed")
    teacher = values.teacher
    images = hashlib.sha256(data.x_train.tobytes() + data.y_train.tobytes())
    return {
        **{name: getattr(values, name) for name in flags_of_it},
        "images": images.hexdigest(),
        "teacher": teacher and hashlib.sha256(pathlib.Path(teacher).read_bytes()).hexdigest(),
    }
