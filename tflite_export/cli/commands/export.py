"""Convert a trained model to an integer .tflite file.

Prints for each layer its class of tie-free encoding and on which kernels it is proven to give the
integers of the Keras model; why it is not proven on others stands on stderr. If class names lie
beside the model, in MODEL.labels.txt, they are copied beside the file.
"""

import pathlib
import sys
import warnings

from absl import flags

from tflite_export.cli import files, labels, saved_models
from tflite_export.cli.errors import user_errors

USAGE = "pikelpn export MODEL.keras --output=MODEL.tflite [FLAGS]"
PATHS = range(1, 2)


def define_flags(values):
    """Defines the flags of `pikelpn export`."""
    own = {"flag_values": values, "module_name": "pikelpn export"}
    flags.DEFINE_string("output", "model.tflite", "The file to write.", **own)
    flags.DEFINE_enum("input_type", "int8", ["int8", "uint8"], "uint8 takes raw pixels.", **own)
    flags.DEFINE_enum(
        "weight_storage",
        "int8",
        ["int8", "int4"],
        "int4 packs two 4-bit weights into a byte: a smaller file for slower kernels.",
        **own,
    )
    flags.DEFINE_enum(
        "target",
        "any",
        ["any", "edgetpu"],
        "edgetpu writes the same integers in operators that Coral's Edge TPU takes.",
        **own,
    )
    flags.DEFINE_enum(
        "exact",
        "report",
        ["report", "all"],
        "all refuses a model with a layer that is not proven exact on every kernel.",
        **own,
    )


def run(values, model_path):
    """Converts, prints size and classes and writes the file."""
    output = files.output_path(values.output, ".tflite")
    model = saved_models.load(model_path)
    import tflite_export

    with user_errors(), warnings.catch_warnings(record=True) as notes:
        tflite = tflite_export.convert(
            _for_target(model, values.target),
            input_type=values.input_type,
            weight_storage=values.weight_storage,
            exact=values.exact,
        )
    for note in notes:
        if note.category is UserWarning:
            print(note.message, file=sys.stderr)
    tflite_export.save(output, tflite)
    labels.copy(pathlib.Path(model_path), output)
    _print_layers(tflite)
    print(f"wrote {output}, {len(tflite):,} bytes")
    return 0


def _for_target(model, target):
    """The model, or the graph in which `target` computes it."""
    if target != "edgetpu":
        return model
    from tflite_export.edgetpu.mapping import mapped_whole

    return mapped_whole(model)


def _print_layers(tflite):
    from tflite_export import metadata

    rows = [("layer", "class", "exact on")]
    for layer in metadata.read_record(tflite)["layers"]:
        rows.append((layer["name"], layer["encoding"], ", ".join(layer["exact"])))
    width = max(len(name) for name, _, _ in rows)
    for name, encoding, exact in rows:
        print(f"{name:{width}}  {encoding:5}  {exact}")
