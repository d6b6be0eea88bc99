"""Share of elementwise work in a 4-bit MobileNetV1 with float norms and scales, against PikeLPN.

    python benchmarks/elementwise_share.py [--size=224] [--variant=1x] [--plot=shares.png]

The first net is Keras's MobileNet, counted with weights and activations of 4 bits and everything
else in float32 or bfloat16: a product by a scale behind each convolution, a folded norm, a ReLU.
The second is the same geometry as a PikeLPN model, counted on its integers, untrained: trained
weights change which of them are 0, no shape. Printed are the shares by each cost model, and the
ratios of elementwise work, of its share and of the whole cost.
"""

import dataclasses

import keras
from absl import app, flags

import pikelpn_keras as pk

_SIZE = flags.DEFINE_integer("size", 224, "pixels a side")
_VARIANT = flags.DEFINE_string("variant", "1x", "variant of PikeLPN")
_PLOT = flags.DEFINE_string("plot", None, "a picture of the shares by ace_v2 to write")


def workloads(size, variant):
    """The `Workload`s that are compared, PikeLPN's last."""
    keras.utils.set_random_seed(0)
    shape = (size, size, 3)
    mobilenet = keras.applications.MobileNet(shape, weights=None)
    pikelpn = pk.integer_graph(pk.models.PikeLPN(variant, input_shape=shape))
    counted = {f"PikeLPN {variant}": pk.cost.workload(pikelpn)}
    for number in ("bfloat16", "float32"):
        formats = pk.cost.Formats("int4", "int4", number)
        name = f"MobileNetV1 int4, {number} norm and scale"
        counted = {name: pk.cost.workload(mobilenet, formats), **counted}
    return [dataclasses.replace(work, name=name) for name, work in counted.items()]


def main(_):
    """Counts and prints."""
    found = workloads(_SIZE.value, _VARIANT.value)
    for name in pk.cost.COST_MODELS:
        reports = [pk.cost.report(work, name) for work in found]
        *others, ours = reports
        print(f"{name}, {ours.cost_model.unit}")
        for report in reports:
            print(
                f"  {report.name:41} {report.cost:.4g}, of it elementwise {report.elementwise:.4g} "
                f"({100 * report.elementwise_share:.1f} %)"
            )
        for other in others:
            print(
                f"  {other.name} over {ours.name}: elementwise work "
                f"{other.elementwise / ours.elementwise:.1f}x, its share "
                f"{other.elementwise_share / ours.elementwise_share:.1f}x, cost "
                f"{other.cost / ours.cost:.2f}x"
            )
    if _PLOT.value:
        pk.cost.plots.save(_PLOT.value, pk.cost.plots.shares(map(pk.cost.report, found)))


if __name__ == "__main__":
    app.run(main)
