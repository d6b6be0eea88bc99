"""An environment of its own for each library that we are measured against.

    python benchmarks/peers/environments.py [NAME...]      # makes them; without names all

An environment is made once, from the versions pinned here, under build/peers/NAME. Two of them
stand on that of Keras 3 and hold only what they add, so all share one TensorFlow.
"""

import dataclasses
import os
import pathlib
import subprocess
import sys
import venv

from absl import app

ROOT = pathlib.Path(__file__).parents[2]
FOLDER = ROOT / "build" / "peers"
# Where programs find the nets.
PROGRAM_PATH = (ROOT / "benchmarks" / "peers", ROOT / "benchmarks" / "accuracy")
RUNTIMES = ("ai-edge-litert==2.3.0", "tflite-micro==0.dev20261023182759")


@dataclasses.dataclass(frozen=True)
class Environment:
    """What a library needs.

    Attributes:
        packages: pinned requirements for pip.
        base: name of the environment it stands on, or None.
        variables: environment variables of its programs.
        dependencies: whether pip installs what the packages ask for, too.
    """

    packages: tuple[str, ...]
    base: str | None = None
    variables: dict[str, str] = dataclasses.field(default_factory=dict)
    dependencies: bool = True


ENVIRONMENTS = {
    "keras3": Environment(
        (
            "tensorflow-cpu==2.21.0",
            "keras==3.15.1",
            "jax[cpu]==0.10.2",
            "numpy==2.4.6",
            "scikit-learn==1.9.1",
            "pillow==13.0.0",
            *RUNTIMES,
        )
    ),
    # Its metadata ask for tfmot and a linter; neither is imported.
    "qkeras": Environment(
        ("qkeras-v3==1.2.1", "pyparsing==3.3.3", "networkx==3.6.1", "tqdm==4.70.1", "six==1.17.0"),
        base="keras3",
        dependencies=False,
    ),
    "hgq": Environment(
        ("hgq2==0.2.0", "quantizers==1.2.2", "tqdm==4.70.1"), base="keras3", dependencies=False
    ),
    # larq asks for NumPy below 2, so Keras 2 and its quantizers stand alone.
    "keras2": Environment(
        (
            "tensorflow-cpu==2.21.0",
            "tf-keras==2.21.0",
            "larq==0.14.0",
            "tensorflow-model-optimization==0.8.1",
            "numpy==1.26.4",
            "scikit-learn==1.9.1",
            *RUNTIMES,
        ),
        variables={"TF_USE_LEGACY_KERAS": "1"},
    ),
    "litert_quantizer": Environment(("litert-quantizer==0.11.0", "numpy==2.4.6")),
}


def python(name):
    """Path of the Python of an environment, which is made if it is not there."""
    environment, folder = ENVIRONMENTS[name], FOLDER / name
    program, mark = folder / "bin" / "python", folder / "installed"
    wanted = "\n".join(environment.packages)
    if mark.exists() and mark.read_text() == wanted:
        return program
    print(f"making {folder.relative_to(ROOT)}", file=sys.stderr, flush=True)
    venv.create(folder, with_pip=True, clear=True)
    if environment.base is not None:
        _stand_on(folder, python(environment.base).parents[1])
    command = [program, "-m", "pip", "install", "--quiet", "--no-compile"]
    if not environment.dependencies:
        command.append("--no-deps")
    subprocess.run([*command, *environment.packages], check=True)
    mark.write_text(wanted)
    return program


def command(name, program, *arguments):
    """The command that runs a program of this folder in an environment, and its variables.

    Args:
        name: key of `ENVIRONMENTS`.
        program: file name of the program.
        arguments: its arguments.

    Returns:
        (list of strings, dict of all environment variables), as `subprocess` takes them.
    """
    path = os.pathsep.join(map(str, (ROOT, *PROGRAM_PATH)))
    variables = {**os.environ, "PYTHONPATH": path, "TF_CPP_MIN_LOG_LEVEL": "3"}
    variables |= ENVIRONMENTS[name].variables
    words = [python(name), pathlib.Path(__file__).parent / program, *arguments]
    return list(map(str, words)), variables


def run(name, program, *arguments):
    """Runs a program of this folder in an environment and returns what it prints.

    Raises:
        subprocess.CalledProcessError: if the program fails; its messages have been printed.
    """
    words, variables = command(name, program, *arguments)
    finished = subprocess.run(words, env=variables, check=True, stdout=subprocess.PIPE, text=True)
    return finished.stdout


def _stand_on(folder, base):
    """Lets the environment in `folder` import what is installed in that in `base`."""
    packages = pathlib.Path("lib", f"python{sys.version_info[0]}.{sys.version_info[1]}")
    packages /= "site-packages"
    (folder / packages / "base.pth").write_text(f"{base / packages}\n")


def main(names):
    """Makes the environments named."""
    for name in names[1:] or ENVIRONMENTS:
        print(python(name))


if __name__ == "__main__":
    app.run(main)
