import pytest

from tflite_export.edgetpu.log import Count, parse_log

SUCCESS = """Edge TPU Compiler version 16.0.384591198
Started a compilation timeout timer of 180 seconds.

Model compiled successfully in 42 ms.

Input model: net.tflite
Input size: 81.91KiB
Output model: net_edgetpu.tflite
Output size: 188.78KiB
On-chip memory used for caching model parameters: 3.00KiB
On-chip memory remaining for caching model parameters: 7.86MiB
Off-chip memory used for streaming uncached model parameters: 126.81KiB
Number of Edge TPU subgraphs: 1
Total number of operations: 5
Operation log: net_edgetpu.log

Model successfully compiled but not all operations are supported by the Edge TPU. A percentage ...
Number of operations that will run on Edge TPU: 3
Number of operations that will run on CPU: 2

Operator                       Count      Status

DEPTHWISE_CONV_2D              1          Mapped to Edge TPU
FULLY_CONNECTED                2          Mapped to Edge TPU
QUANTIZE                       1          Operation is otherwise supported, but not mapped due to some unspecified limitation
GELU                           1          Operation not supported
Compilation child process completed within timeout period.
Compilation succeeded!
"""  # noqa: E501


def test_a_success():
    log = parse_log(SUCCESS)
    assert (log.version, log.succeeded, log.failure) == ("16.0.384591198", True, "")
    assert (log.cached_bytes, log.remaining_bytes) == (3072, round(7.86 * 2**20))
    assert (log.streamed_bytes, log.subgraphs) == (round(126.81 * 1024), 1)
    assert log.operators == (
        Count("DEPTHWISE_CONV_2D", 1, "Mapped to Edge TPU"),
        Count("FULLY_CONNECTED", 2, "Mapped to Edge TPU"),
        Count(
            "QUANTIZE",
            1,
            "Operation is otherwise supported, but not mapped due to some unspecified limitation",
        ),
        Count("GELU", 1, "Operation not supported"),
    )
    assert [count.mapped for count in log.operators] == [True, True, False, False]


@pytest.mark.parametrize(
    ("text", "failure", "remedy"),
    [
        (
            "Edge TPU Compiler version 16.0.384591198\n"
            "ERROR: Didn't find op for builtin opcode 'QUANTIZE' version '3'. An older version\n"
            "ERROR: Registration failed.\nInvalid model: net.tflite\nModel could not be parsed\n",
            "Didn't find op for builtin opcode 'QUANTIZE' version '3'. An older version",
            "writes older versions",
        ),
        ("Internal compiler error. Aborting! \n", "Internal compiler error. Aborting!", "leaving"),
        (
            "Compilation failed due to large activation tensors in model.",
            "Compilation failed due to large activation tensors in model.",
            "smaller images",
        ),
        ("something new\n\n", "something new", ""),
        ("", "the compiler printed nothing", ""),
    ],
)
def test_failures(text, failure, remedy):
    log = parse_log(text)
    assert (log.succeeded, log.failure) == (False, failure)
    assert remedy in log.remedy
    assert (log.operators, log.cached_bytes, log.subgraphs) == ((), None, None)
