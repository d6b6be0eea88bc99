import keras
import numpy as np
import pytest

from pikelpn_keras.quantize.folding import NormParameters, fold_remainder


def norm_of(gamma, variance=1.0, epsilon=1e-3):
    gamma = np.atleast_1d(np.asarray(gamma, np.float64))
    layer = keras.layers.BatchNormalization(epsilon=epsilon)
    ones = np.ones_like(gamma)
    return NormParameters(layer, gamma, 0.3 * ones, 0.7 * ones, variance * ones)


@pytest.mark.parametrize("shape", [(3, 3, 4, 6), (6, 6), (3, 3, 3, 2)])
def test_function_stays(shape):
    random = np.random.default_rng(0)
    norm = norm_of(random.uniform(-3, 3, 6), variance=2.0)
    kernel, bias = random.normal(size=shape), random.normal(size=6)
    folded_kernel, folded, multiplier = fold_remainder(kernel, bias, norm, 4)
    channels = (-1, 6) if len(shape) == 4 and shape[2] == 3 else (-1, shape[-1])
    sums, folded_sums = (k.reshape(*channels).sum(0) for k in (kernel, folded_kernel))
    wanted = norm.multiplier * (sums + bias - norm.mean) + norm.beta
    assert np.allclose(multiplier * (folded_sums - folded.mean) + norm.beta, wanted)
    assert np.all(np.frexp(np.abs(multiplier))[0] == 0.5)


def test_multipliers_fit_their_codes():
    norm = norm_of([1.0, 1e-9, 0.0, -1.0])
    _, _, multiplier = fold_remainder(np.ones((1, 4)), np.zeros(4), norm, 4)
    assert np.abs(multiplier).min() == np.abs(multiplier).max() * 2.0**-15
    assert multiplier[3] < 0


def test_a_layer_without_scale_and_center():
    layer = keras.layers.BatchNormalization(scale=False, center=False)
    layer.build((None, 3))
    norm = NormParameters.of(layer)
    assert np.array_equal(norm.gamma, np.ones(3)) and np.array_equal(norm.beta, np.zeros(3))
