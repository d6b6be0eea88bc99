"""Accuracy against cost: what is a point, what it costs, and what is on the front."""

import dataclasses
import doctest

import pytest


@pytest.fixture(scope="module")
def pareto(harness):
    """The module."""
    return harness("pareto")


def line(variant, accuracy, **others):
    return {"variant": variant, "data": "cifar10_jpeg", "accuracy": accuracy, **others}


def test_examples_hold(pareto):
    tried = doctest.testmod(pareto)
    assert tried.attempted and not tried.failed


def test_points_are_means_at_the_cost_of_the_lines_or_else_of_the_net(pareto):
    lines = [line("a", 0.5), line("a", 0.7), line("b", 0.9, ace_v2=5)]
    found = pareto.points(lines, lambda variant, shape: {"a": 3}[variant])
    assert found["a"] == (3, pytest.approx(0.6), pytest.approx(0.02**0.5), 2)
    assert found["b"] == (5, 0.9, None, 1)


def test_tfmots_net_counts_once_by_its_file(pareto):
    lines = [line(pareto.TWIN, 0.5), line("tfmot, int8", 0.7, ace_v2=5)]
    assert pareto.points(lines) == {"tfmot, int8": (5, 0.7, None, 1)}


def test_uncounted_nets_are_nets(pareto):
    assert pareto.UNCOUNTED.issubset(pareto.VARIANTS)


def test_table_marks_what_no_other_beats(pareto):
    found = {"dear": (3e6, 0.8, None, 1), "cheap": (1e6, 0.8, None, 1), "best": (4e6, 0.9, None, 1)}
    rows = pareto.table(found).splitlines()[2:]
    assert [row.split("|")[1].strip() for row in rows] == ["cheap", "dear", "best"]
    assert [row.split("|")[-2].strip() for row in rows] == ["yes", "", "yes"]


def test_quantized_norms_of_others_cost_what_ours_do_and_float_ones_more(pareto, monkeypatch):
    import keras

    import pikelpn_keras as pk

    def net(shape):
        layers = pk.layers
        return keras.Sequential(
            [keras.Input(shape), layers.QuantInput(), layers.QuantConv2D(4, 3), layers.QuantReLU()]
        )

    ours = dataclasses.replace(pareto.VARIANTS[pareto.OURS], net=net)
    monkeypatch.setitem(pareto.VARIANTS, pareto.OURS, ours)
    pareto.cost_of.cache_clear()
    shape = (8, 8, 1)
    theirs = pareto.cost_of("qkeras-v3, quantized norm", shape)
    assert theirs == pareto.cost_of(pareto.OURS, shape)
    assert theirs < pareto.cost_of("qkeras-v3, float norm", shape) < pareto.cost_of("float", shape)
    pareto.cost_of.cache_clear()
