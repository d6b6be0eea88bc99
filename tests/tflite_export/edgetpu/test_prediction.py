import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

import pikelpn_keras as pk
from tests.tflite_export.reading.plain_files import Layer, PlainFile, linear
from tflite_export import convert
from tflite_export.edgetpu import prediction
from tflite_export.edgetpu.mapping import mapped_whole
from tflite_export.edgetpu.prediction import predict
from tflite_export.flatbuffer import pack, unpack

RELU = schema.ActivationFunctionType.RELU
ZOO = {
    "PikeLPN": lambda: pk.models.PikeLPN(input_shape=(32, 32, 3), classes=10, width=0.25),
    "ResNet8": pk.models.ResNet8,
    "DSCNN": pk.models.DSCNN,
    "MobileNetV1": lambda: pk.models.MobileNetV1(input_shape=(32, 32, 3), alpha=0.25, classes=7),
    "MobileNetV2": lambda: pk.models.MobileNetV2(input_shape=(32, 32, 3), width=0.25, classes=7),
}


@pytest.mark.parametrize("name", ZOO)
def test_all_operators_of_the_models_are_mapped(name):
    found = predict(convert(ZOO[name]()))
    assert found.all_mapped, str(found)
    assert found.cut is None
    assert found.runtime <= 13


def test_super_resolution_is_mapped_whole_when_it_is_exported_for_the_edge_tpu():
    assert {*ZOO, "SuperResolution"} == set(pk.models.__all__)
    graph = pk.integer_graph(pk.models.SuperResolution(input_shape=(12, 10, 3)))
    found = predict(convert(graph))
    assert [v.operator for v in found.verdicts if not v.mapped] == ["DEPTH_TO_SPACE"]
    assert found.cut is found.verdicts[-1]
    found = predict(convert(mapped_whole(graph)))
    assert found.all_mapped, str(found)


@pytest.mark.parametrize(
    "name", ["models/pretrainedResnet_quant.tflite", "models/mobilenet_v1_0.25_224_quant.tflite"]
)
def test_real_files(real_data, name):
    assert predict(real_data(name)).all_mapped


def test_the_words_say_prediction(rng):
    text = str(predict(linear(rng, Layer("CONV_2D"))))
    assert text.startswith("prediction for the Edge TPU compiler 16.0; only the compiler itself")
    assert "1 of 1 operators mapped" in text
    assert "238 bytes of parameters, all cached on the chip" in text


def chain(*links, shape=(1, 6, 6, 4), dtype="INT8"):
    """A file of operators in a row.

    A link is (name, version, options, output shape, constants); all but the name may be missing.
    """
    file = PlainFile()
    first = last = file.tensor(shape, dtype, 0.1)
    for name, version, options, output, constants in (
        (*link, *(None,) * (5 - len(link))) for link in links
    ):
        inputs = [
            file.tensor(np.shape(numbers), "INT32", data=np.array(numbers, np.int32))
            for numbers in constants or ()
        ]
        result = file.tensor(output or shape, dtype, 0.1)
        file.operator(name, version or 1, [last, *inputs], [result], options)
        last = result
    return file.write([first], [last])


def pool(**fields):
    return schema.Pool2DOptionsT(strideH=1, strideW=1, filterHeight=1, filterWidth=1, **fields)


@pytest.mark.parametrize(
    ("link", "status", "words"),
    [
        (("AVERAGE_POOL_2D", 2, pool()), prediction.MAPPED, ""),
        (
            ("AVERAGE_POOL_2D", 2, pool(fusedActivationFunction=RELU)),
            prediction.LIMITED,
            "no fused",
        ),
        (("MAX_POOL_2D", 2, pool(fusedActivationFunction=RELU)), prediction.LIMITED, "no fused"),
        (("LOGISTIC", 1), prediction.MAPPED, ""),
        (("LEAKY_RELU", 2), prediction.UNSUPPORTED, "no such operator"),
        (("RELU", 3), prediction.VERSION, "version 3 is beyond 2"),
        (("MEAN", 2, None, (1, 4), [[1, 2]]), prediction.MAPPED, ""),
        (("MEAN", 2, None, (1, 6, 6), [[3]]), prediction.MAPPED, ""),
        (("MEAN", 2, None, (6, 6, 4), [[0]]), prediction.LIMITED, "not along the batch"),
        (("MEAN", 2, None, (6, 6, 4), [[-4]]), prediction.LIMITED, "not along the batch"),
        (("PAD", 1, None, (1, 8, 6, 4), [[[0, 0], [1, 1], [0, 0], [0, 0]]]), prediction.MAPPED, ""),
        (
            ("PAD", 1, None, (1, 6, 6, 4), [[[1, 0], [0, 0], [0, 0], [0, 0]]]),
            prediction.LIMITED,
            "not along the batch",
        ),
        (("PAD", 1, None, None, [[0, 0, 1]]), prediction.MAPPED, ""),
        (("SOFTMAX", 2), prediction.LIMITED, "a one-dimensional input of at most 16,000"),
        (
            ("STRIDED_SLICE", 2, schema.StridedSliceOptionsT(), None, [[0] * 4, [6] * 4, [1] * 4]),
            prediction.MAPPED,
            "",
        ),
        (
            ("STRIDED_SLICE", 2, schema.StridedSliceOptionsT(), None, [[0], [6], [2]]),
            prediction.LIMITED,
            "all strides 1",
        ),
        (
            ("STRIDED_SLICE", 2, schema.StridedSliceOptionsT(newAxisMask=1), None, [[0], [6], [1]]),
            prediction.LIMITED,
            "no new axis",
        ),
        (("PACK", 2, schema.PackOptionsT(axis=0)), prediction.LIMITED, "not along the batch"),
        (("PRELU", 1, None, None, [[1, 2]]), prediction.MAPPED, ""),
        (("PRELU", 1, None, None, [[[1, 2], [3, 4]]]), prediction.LIMITED, "along the channels"),
        (
            ("FULLY_CONNECTED", 4, schema.FullyConnectedOptionsT(), (3, 5), [[0]]),
            prediction.LIMITED,
            "the output is one-dimensional",
        ),
        (("CONCATENATION", 2, None, None, [[0, 0]]), prediction.MAPPED, ""),
        (("CONCATENATION", 2, None, None, [[0, 1]]), prediction.LIMITED, "only of zeros"),
        (("CONCATENATION", 2, None, None, [[0], [0]]), prediction.LIMITED, "exactly 2 inputs"),
    ],
)
def test_limits(link, status, words):
    (verdict,) = predict(chain(link)).verdicts
    assert (verdict.status, words in verdict.reason) == (status, True), verdict
    assert bool(verdict.remedy) == (status != prediction.MAPPED)


def test_odd_channels_of_a_mean():
    link = ("MEAN", 2, None, (1, 6, 6), [[3]])
    (verdict,) = predict(chain(link, shape=(1, 6, 6, 5))).verdicts
    assert "multiple of 4" in verdict.reason


def test_unequal_dilation(rng):
    (verdict,) = predict(linear(rng, Layer("CONV_2D", dilation=(1, 2)))).verdicts
    assert "equal dilation" in verdict.reason


@pytest.mark.parametrize(
    ("shape", "dtype", "status"),
    [
        ((2, 6, 6, 4), "INT8", prediction.RANK),
        ((1, 1, 6, 6, 4), "INT8", prediction.MAPPED),
        ((1, 6, 6, 4), "INT16", prediction.DATA_TYPE),
        ((1, 6, 6, 4), "FLOAT32", prediction.DATA_TYPE),
        ((1, 6, 6, 4), "UINT8", prediction.MAPPED),
        ((1, -1, 6, 4), "INT8", prediction.LIMITED),
    ],
)
def test_tensors(shape, dtype, status):
    (verdict,) = predict(chain(("LOGISTIC", 1), shape=shape, dtype=dtype)).verdicts
    assert verdict.status == status


def test_the_graph_is_cut_once():
    found = predict(chain(("ELU",), ("LOGISTIC",), ("ELU",), ("LOGISTIC",), ("TANH",)))
    assert [verdict.status for verdict in found.verdicts] == [
        prediction.UNSUPPORTED,
        prediction.MAPPED,
        prediction.UNSUPPORTED,
        prediction.AFTER_CUT,
        prediction.AFTER_CUT,
    ]
    assert found.cut is found.verdicts[2]
    assert "everything from operator 2 (ELU) on runs on the CPU" in str(found)


@pytest.mark.parametrize(("name", "version"), [("QUANTIZE", 3), ("FULLY_CONNECTED", 12)])
def test_versions_that_the_compiler_does_not_parse(name, version):
    found = predict(chain((name, version)))
    assert f"it does not know {name} version {version}" in found.refused
    assert not found.all_mapped


def test_a_compiled_file_is_not_compiled_again(rng):
    model = unpack(linear(rng, Layer("CONV_2D")))
    code = model.operatorCodes[0]
    code.deprecatedBuiltinCode = code.builtinCode = schema.BuiltinOperator.CUSTOM
    code.customCode = "edgetpu-custom-op"
    assert predict(pack(model)).refused == "it has been compiled already"


@pytest.mark.parametrize(
    ("mebibytes", "words"),
    [(1, "all cached"), (7, "streamed in part"), (9, "or more are streamed at each inference")],
)
def test_memory(mebibytes, words):
    file = PlainFile()
    units = mebibytes * 1024
    x, y = (file.tensor((1, size), scales=0.1) for size in (1024, units))
    data = np.zeros((units, 1024), np.int8)
    kernel = file.tensor(data.shape, scales=0.1, data=data)
    file.operator("FULLY_CONNECTED", 4, [x, kernel], [y], schema.FullyConnectedOptionsT())
    found = predict(file.write([x], [y]))
    assert found.parameter_bytes == mebibytes * 2**20
    assert words in found.memory
