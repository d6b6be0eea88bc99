import stat
import textwrap

import pytest

from tests.tflite_export.edgetpu import executables
from tests.tflite_export.edgetpu.test_log import SUCCESS
from tests.tflite_export.reading.plain_files import Layer, linear
from tflite_export.edgetpu.compiler import CompilerError, compile_model


@pytest.fixture
def model(rng, tmp_path):
    path = tmp_path / "net.tflite"
    path.write_bytes(linear(rng, Layer("CONV_2D")))
    return path


@pytest.fixture
def fake_compiler(tmp_path):
    """A function that makes an executable which prints a log and writes, or does not, a model."""

    def make(log, output=None, seconds=0):
        (tmp_path / "log.txt").write_text(log)
        if output is not None:
            (tmp_path / "output").write_bytes(output)
        script = tmp_path / "edgetpu_compiler"
        script.write_text(
            textwrap.dedent(
                f"""\
                #!/bin/sh
                echo "$@" > {tmp_path}/words.txt
                sleep {seconds}
                cat {tmp_path}/log.txt
                test -e {tmp_path}/output && cp {tmp_path}/output "$3/net_edgetpu.tflite"
                exit 0
                """
            )
        )
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
        return str(script)

    return make


COMPILED = executables.compiled_model(
    executables.package(executables.executable(executables.CACHING, parameters=500))
)


def test_compiles(model, fake_compiler, tmp_path):
    output = tmp_path / "out.tflite"
    compiler = fake_compiler(SUCCESS, COMPILED)
    result = compile_model(model, output, compiler=compiler, options=["--min_runtime_version=13"])
    assert output.read_bytes() == COMPILED
    assert result.log.version == "16.0.384591198"
    assert result.packages[0].cached_bytes == 500
    words = (tmp_path / "words.txt").read_text().split()
    assert words[:2] == ["--show_operations", "--out_dir"]
    assert words[-2:] == ["--min_runtime_version=13", str(model)]
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".pikelpn")]


@pytest.mark.parametrize(
    ("log", "output", "sentence"),
    [
        ("ERROR: Model not quantized\n", None, "Model not quantized; quantize the model to 8 bits"),
        (SUCCESS, None, "it wrote no model"),
        ("Segmentation fault", COMPILED, "Segmentation fault"),
    ],
)
def test_failures_leave_no_file(model, fake_compiler, tmp_path, log, output, sentence):
    with pytest.raises(CompilerError, match=sentence):
        compile_model(model, tmp_path / "out.tflite", compiler=fake_compiler(log, output))
    assert not (tmp_path / "out.tflite").exists()


def test_a_compiler_that_hangs_is_ended(model, fake_compiler, tmp_path):
    compiler = fake_compiler(SUCCESS, COMPILED, seconds=5)
    with pytest.raises(CompilerError, match="took more than 0.2 s"):
        compile_model(model, tmp_path / "out.tflite", compiler=compiler, timeout_s=0.2)


def test_no_compiler(model, tmp_path):
    with pytest.raises(CompilerError, match="absent_compiler is not on the PATH: install Coral's"):
        compile_model(model, tmp_path / "out.tflite", compiler="absent_compiler")
