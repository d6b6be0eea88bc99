import numpy as np
import pytest

from tflite_export.storage import INT4, INT8


def unpacked_int4(packed, count):
    nibbles = np.stack([packed & 15, packed >> 4], axis=-1).ravel()[:count].astype(np.int8)
    return np.where(nibbles > 7, nibbles - 16, nibbles)


@pytest.mark.parametrize("shape", [(3, 2, 2), (1, 3, 3, 5), (1,)])
def test_int4_holds_every_weight_in_half_a_byte(rng, shape):
    weights = rng.integers(-7, 8, shape).astype(np.int8)
    packed = INT4.pack(weights)
    assert packed.nbytes == -(-weights.size // 2)
    assert np.array_equal(unpacked_int4(packed, weights.size), weights.ravel())


def test_int8_packs_transposed_arrays_in_their_own_order(rng):
    weights = rng.integers(-127, 128, (4, 5)).astype(np.int8).T
    assert INT8.pack(weights).tobytes() == weights.tobytes()
