"""How the weights of depthwise and pointwise kernels are distributed, and which quantizer fits.

    python benchmarks/accuracy/distributions.py --float_net=float_0.weights.h5 \
        --mobilenet=mobilenet_v1_025_224_imagenet.npz

The weights of the first are those that `run.py` leaves in --teachers. One JSON line for each kernel
goes to --output, a picture to --image, and a table of the means over the kernels is printed. Errors
are relative squared errors (`pikelpn_keras.quantizers.relative_error`), each channel counting
alike: with an exponent for each channel, by the largest weight and of least error, and with one
exponent for the kernel.
"""

import collections
import json
import statistics

import keras
import numpy as np
from absl import app, flags
from matplotlib.figure import Figure
from nets import float_net
from pretrained import mobilenet

from pikelpn_keras import quantizers
from pikelpn_keras.quantize.scales import choose_exponents
from pikelpn_keras.quantizers import angle, best_fit, relative_error

_FLOAT_NET = flags.DEFINE_string("float_net", None, "weights of nets.float_net", required=True)
_MOBILENET = flags.DEFINE_string("mobilenet", None, "npz file of MobileNetV1 0.25", required=True)
_OUTPUT = flags.DEFINE_string("output", "distributions.jsonl", "file of the JSON lines")
_IMAGE = flags.DEFINE_string("image", "weight_distributions.png", "file of the picture")

UNIFORM = ("uniform3", "uniform4", "uniform6", "uniform8")
POWERS = ("power_of_two3", "power_of_two5", "power_of_two6", "power_of_two7")
KINDS = ("depthwise", "pointwise")
# What the table calls the ways to choose exponents, and where a kernel's line has their errors.
RULES = {
    "by the largest weight": "errors",
    "of least error": "least_errors",
    "one for the kernel": "errors_per_kernel",
}


def kernels(model):
    """The depthwise and pointwise kernels of a float model, a classifier's left out.

    Returns:
        tuples of the layer's name, its kind, and the kernel as `(weights of a channel, channels)`.
    """
    found = []
    for layer in model.layers:
        if isinstance(layer, keras.layers.DepthwiseConv2D):
            kind = "depthwise"
        elif isinstance(layer, keras.layers.Conv2D) and layer.kernel_size == (1, 1):
            if layer.use_bias:  # no norm behind it: MobileNet's classifier
                continue
            kind = "pointwise"
        else:
            continue
        kernel = keras.ops.convert_to_numpy(layer.kernel)
        taps = 9 if kind == "depthwise" else kernel.shape[-2]
        found.append((layer.name, kind, kernel.reshape(taps, -1)))
    return found


def scaled(kernel):
    """A kernel whose channels have a mean square of 1; channels of zeros are left out."""
    length = np.sqrt(np.mean(kernel.astype(np.float64) ** 2, axis=0))
    return kernel[:, length > 0] / length[length > 0]


def kurtosis(weights):
    """The fourth moment over the square of the second: 1.8 uniform, 3 Gaussian, 6 Laplacian."""
    centred = np.asarray(weights, np.float64) - np.mean(weights)
    return np.mean(centred**4) / np.mean(centred**2) ** 2


def measured(kernel):
    """What a kernel's JSON line holds, but for its name."""
    errors = {name: relative_error(kernel, quantizers.get(name)) for name in UNIFORM + POWERS}
    least, angles, whole = {}, {}, {}
    for name in errors:
        quantizer = quantizers.get(name)
        held = quantizer.holding(choose_exponents(kernel, quantizer))
        least[name], angles[name] = relative_error(kernel, held), angle(kernel, held)
        config = {**quantizer.get_config(), "per_channel": False}
        whole[name] = relative_error(kernel, type(quantizer).from_config(config))
    channels = scaled(kernel)
    numbers = {
        "kurtosis": kurtosis(kernel),
        "kurtosis_of_scaled_channels": kurtosis(channels),
        "crest_factor": np.abs(channels).max(0).mean(),
        "beyond_3": np.mean(np.abs(channels) > 3),
    }
    return {
        "weights_of_a_channel": len(kernel),
        "channels": kernel.shape[1],
        **{name: round(float(value), 4) for name, value in numbers.items()},
        "errors": rounded(errors),
        "least_errors": rounded(least),
        "angles": rounded(angles),
        "errors_per_kernel": rounded(whole),
        "best_fit": type(best_fit(kernel)).__name__,
    }


def rounded(values):
    """The numbers of a dict to four digits."""
    return {name: float(f"{value:.4g}") for name, value in values.items()}


def table(lines):
    """A Markdown table: means over the kernels of a kind, a row for each rule of exponents.

    Args:
        lines: dicts as the output holds them.
    """
    groups = collections.defaultdict(list)
    for line in lines:
        groups[line["net"], line["kind"]].append(line)
    names = UNIFORM + POWERS
    head = ["net", "kernels", "kurtosis, of scaled channels", "crest factor", "exponents", *names]
    rows = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for (net, kind), group in groups.items():
        shapes = [
            f"{statistics.mean(line['kurtosis'] for line in group):.1f}, "
            f"{statistics.mean(line['kurtosis_of_scaled_channels'] for line in group):.1f}",
            f"{statistics.mean(line['crest_factor'] for line in group):.2f}",
        ]
        for rule, field in RULES.items():
            means = [statistics.mean(line[field][name] for line in group) for name in names]
            cells = [net, f"{len(group)} {kind}", *shapes, rule, *(f"{m:.2%}" for m in means)]
            rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def picture(nets):
    """Histograms of the weights, channels scaled alike, beside the normal distribution.

    Args:
        nets: the `kernels` of each net by its name.
    """
    figure = Figure(figsize=(9, 3.2 * len(nets)), layout="constrained")
    axes = figure.subplots(len(nets), len(KINDS), sharex=True, sharey=True, squeeze=False)
    edges = np.linspace(-6, 6, 121)
    normal = np.exp(-(edges**2) / 2) / np.sqrt(2 * np.pi)
    for row, (net, found) in zip(axes, nets.items(), strict=True):
        for plot, kind in zip(row, KINDS, strict=True):
            weights = np.concatenate([scaled(k).ravel() for _, each, k in found if each == kind])
            label = f"{len(weights):,} weights, kurtosis {kurtosis(weights):.1f}"
            plot.hist(weights, edges, density=True, color="#56b4e9", label=label)
            plot.plot(edges, normal, color="#d55e00", label="normal, kurtosis 3")
            plot.set(title=f"{net}: {kind}", yscale="log", ylim=(1e-4, 8))
            plot.legend(loc="upper right", fontsize=8)
    for plot in axes[-1]:
        plot.set_xlabel("weight / root mean square of its output channel")
    for plot in axes[:, 0]:
        plot.set_ylabel("density")
    return figure


def main(_):
    """Writes lines and picture, and prints the table."""
    own = float_net()
    own.load_weights(_FLOAT_NET.value)
    nets = {
        "float_net, CIFAR-10 (JPEG)": kernels(own),
        "MobileNetV1 0.25, ImageNet": kernels(mobilenet(_MOBILENET.value)),
    }
    lines = [
        {"net": net, "layer": name, "kind": kind, **measured(kernel)}
        for net, found in nets.items()
        for name, kind, kernel in found
    ]
    with open(_OUTPUT.value, "w", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(line)}\n" for line in lines)
    picture(nets).savefig(_IMAGE.value, dpi=100)
    print(table(lines))


if __name__ == "__main__":
    app.run(main)
