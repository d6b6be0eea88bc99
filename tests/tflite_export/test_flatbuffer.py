import flatbuffers.number_types
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from tests.tflite_export import graphs
from tflite_export import convert
from tflite_export.flatbuffer import pack, unpack


def data_offsets(tflite):
    """Where in the file the data of each buffer that has some begins."""
    model = schema.Model.GetRootAs(tflite)
    for index in range(model.BuffersLength()):
        table = model.Buffers(index)._tab
        field = flatbuffers.number_types.UOffsetTFlags.py_type(table.Offset(4))
        if field:
            yield table.Vector(field)


@pytest.mark.parametrize("weight_storage", ["int8", "int4"])
@pytest.mark.filterwarnings("ignore:layer")
def test_all_buffers_are_aligned_to_16_bytes(rng, weight_storage):
    offsets = list(data_offsets(convert(graphs.small_net(rng), weight_storage=weight_storage)))
    assert len(offsets) > 10
    assert [offset % 16 for offset in offsets] == [0] * len(offsets)


def test_data_survive(rng):
    arrays = [rng.integers(0, 256, size).astype(np.uint8) for size in (1, 3, 15, 16, 17, 1000)]
    model = schema.ModelT(version=3, buffers=[schema.BufferT(data=array) for array in arrays])
    for array, buffer in zip(arrays, unpack(pack(model)).buffers, strict=True):
        assert np.array_equal(buffer.data, array)


def test_data_of_any_type_are_written_as_bytes():
    model = schema.ModelT(buffers=[schema.BufferT(data=np.array([[1, -2]], np.int32))])
    assert unpack(pack(model)).buffers[0].data.tobytes() == np.array([1, -2], "<i4").tobytes()


def test_packing_leaves_the_model_as_it_was(rng):
    model = schema.ModelT(buffers=[schema.BufferT(data=rng.integers(0, 9, 5).astype(np.uint8))])
    before = model.buffers
    assert pack(model) == pack(model)
    assert model.buffers is before


def test_unpacking_is_the_reverse_of_packing(rng):
    tflite = convert(graphs.small_net(rng))
    assert pack(unpack(tflite)) == tflite


@pytest.mark.parametrize("content", [b"", b"TFL3", b"no flatbuffer at all"])
def test_refuses_other_bytes(content):
    with pytest.raises(ValueError, match="no .tflite file"):
        unpack(content)
