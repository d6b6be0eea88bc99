import warnings

import keras
import numpy as np
import pytest

import pikelpn_keras as pk
import tflite_export
from pikelpn_keras.integer.nodes import Conv2D, DepthwiseConv2D
from tests.pikelpn_keras.layer_test_case import pixels
from tests.pikelpn_keras.nets import residual_net

L = pk.layers


def assert_exact(model, *inputs):
    keras.utils.set_random_seed(0)
    fed = inputs if len(inputs) > 1 else inputs[0]
    targets = [np.zeros((len(inputs[0]), *t.shape[1:])) for t in model.outputs]
    model.compile("sgd", "mse")
    model.fit(fed, targets if len(targets) > 1 else targets[0], verbose=0, batch_size=8)
    tflite = tflite_export.convert(model)
    report = tflite_export.verify(model, tflite, inputs if len(inputs) > 1 else inputs[0])
    assert not report.skipped
    assert report.exact, str(report)
    return pk.integer_graph(model)


def conv(x, filters=4, size=3, **arguments):
    return L.QuantConv2D(filters, size, padding="same", **arguments)(x)


def test_residual_net_becomes_one_operator_a_layer():
    graph = assert_exact(residual_net((16, 16, 3)), pixels((16, 16, 3)))
    names = [node.name for node in graph.nodes if "requantize" not in node.name]
    assert names == [
        "stem",
        *(f"block{n}/{half}" for n in (1, 2, 3) for half in ("depthwise", "pointwise")),
        "add",
        "pool",
        "logits",
    ]


def test_a_conv_that_feeds_two_branches():
    x = L.QuantInput()(inputs := keras.Input((8, 8, 3)))
    shared = conv(x, name="shared")
    one = L.QuantReLU()(L.QuantNorm()(shared))
    two = L.QuantIdentity()(shared)
    model = keras.Model(inputs, L.QuantAdd()([one, two]))
    graph = assert_exact(model, pixels((8, 8, 3)))
    assert {"shared", "shared_1"} <= {node.name for node in graph.nodes}


def test_a_layer_used_twice():
    layer, relu = L.QuantConv2D(3, 3, padding="same", name="twice"), L.QuantReLU()
    x = L.QuantInput()(inputs := keras.Input((8, 8, 3)))
    model = keras.Model(inputs, relu(layer(relu(layer(x)))))
    graph = assert_exact(model, pixels((8, 8, 3)))
    assert [node.name for node in graph.nodes] == ["twice", "twice_1"]


def test_nested_models():
    inner = keras.Sequential(
        [keras.Input((8, 8, 4)), L.QuantConv2D(4, 3), L.QuantNorm(), L.QuantReLU()], name="inner"
    )
    x = L.QuantInput()(inputs := keras.Input((8, 8, 3)))
    model = keras.Model(inputs, inner(L.QuantReLU()(conv(x))))
    graph = assert_exact(model, pixels((8, 8, 3)))
    assert len(graph.nodes) == 2


def test_two_inputs_and_two_outputs():
    first, second = keras.Input((8, 8, 3), name="first"), keras.Input((8, 8, 2), name="second")
    grid = L.QuantInput()
    a, b = conv(grid(first)), conv(L.QuantInput(exponent=-7)(second))
    total = L.QuantAdd()([a, b])
    model = keras.Model([first, second], [total, L.QuantReLU(name="side")(a)])
    graph = assert_exact(model, pixels((8, 8, 3)), pixels((8, 8, 2)))
    assert [tensor.name for tensor in graph.inputs] == ["first", "second"]
    assert len(graph.outputs) == 2


def test_outputs_by_name():
    x = L.QuantInput()(inputs := keras.Input((4,)))
    outputs = {name: L.QuantIdentity()(L.QuantDense(2)(x)) for name in ("second", "first")}
    model = keras.Model(inputs, outputs)
    report = tflite_export.verify(model, tflite_export.convert(model), pixels((4,)))
    assert report.exact, str(report)


def test_sequential():
    model = keras.Sequential(
        [keras.Input((8, 8, 1)), L.QuantInput(), L.QuantConv2D(3, 3), L.QuantReLU()]
    )
    assert_exact(model, pixels((8, 8, 1)))


def test_sequential_built_by_its_first_call():
    model = keras.Sequential([L.QuantInput(), L.QuantConv2D(3, 3), L.QuantReLU()])
    model(pixels((8, 8, 1)))
    assert_exact(model, pixels((8, 8, 1)))


def test_deep_models_do_not_exhaust_the_stack():
    x = L.QuantInput()(inputs := keras.Input((2, 2, 1)))
    for _ in range(300):
        x = L.QuantReLU()(L.QuantIdentity()(x))
    assert len(pk.integer_graph(keras.Model(inputs, x)).nodes) == 600


def test_no_operator_for_a_tensor_on_the_grid_already():
    x = L.QuantInput()(inputs := keras.Input((4, 4, 2)))
    x = L.QuantReLU(name="relu")(conv(x))
    model = keras.Model(inputs, L.QuantReLU(name="again")(x))
    for layer in (model.get_layer("relu"), model.get_layer("again")):
        layer._exponent.assign(-5)
    assert [type(node) for node in pk.integer_graph(model).nodes] == [Conv2D]
    model.get_layer("again")._exponent.assign(-4)
    assert [type(node) for node in pk.integer_graph(model).nodes] == [Conv2D, DepthwiseConv2D]


def refused(outputs, inputs):
    with pytest.raises(ValueError) as error:
        pk.integer_graph(keras.Model(inputs, outputs))
    message = str(error.value)
    assert "\n" not in message
    return message


def test_refuses_an_unsupported_layer():
    x = L.QuantInput()(inputs := keras.Input((8, 8, 3)))
    message = refused(keras.layers.Conv2D(4, 3, name="plain")(x), inputs)
    assert (
        "'plain' (Conv2D) has no integer meaning; use pikelpn_keras.layers.QuantConv2D" in message
    )


@pytest.mark.parametrize(
    "layer, remedy",
    [
        (
            keras.layers.BatchNormalization(name="plain"),
            "pikelpn_keras.layers.QuantNorm in its place",
        ),
        (keras.layers.ELU(name="plain"), "a layer of pikelpn_keras.layers in its place"),
    ],
)
def test_refusals_name_the_layer_to_use(layer, remedy):
    x = L.QuantInput()(inputs := keras.Input((8, 8, 3)))
    assert remedy in refused(layer(x), inputs)


def test_refuses_an_output_that_is_given_twice():
    x = L.QuantInput()(inputs := keras.Input((4,)))
    x = L.QuantReLU()(L.QuantDense(2, name="same")(x))
    assert "the output 'same' twice" in refused([x, x], inputs)


def backbone_inside(**input_arguments):
    inner = keras.Sequential([keras.Input((4, 4, 1)), L.QuantInput(), conv_relu()], name="backbone")
    return keras.Sequential([keras.Input((4, 4, 1), name="image", **input_arguments), inner])


def conv_relu():
    return keras.Sequential([L.QuantConv2D(2, 3), L.QuantReLU()])


def test_warns_of_pixels_that_become_floats_before_a_nested_input():
    with pytest.warns(UserWarning, match="input 'image' makes floats.*dtype='uint8'"):
        pk.integer_graph(backbone_inside())


def test_a_nested_input_takes_the_pixels_of_an_input_of_integers():
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        assert_exact(backbone_inside(dtype="uint8"), pixels((4, 4, 1)))


def test_refuses_an_accumulator_as_output():
    x = L.QuantInput()(inputs := keras.Input((8,)))
    message = refused(L.QuantDense(2, name="logits")(x), inputs)
    assert "output 'logits' is a 32-bit accumulator; end the model with QuantIdentity()" in message


def test_refuses_an_input_without_a_grid():
    inputs = keras.Input((8, 8, 3), name="image")
    message = refused(L.QuantReLU()(conv(inputs, name="c")), inputs)
    assert "QuantConv2D 'c' reads model input 'image' as plain floats; put a QuantInput" in message


def test_refuses_an_accumulator_inside():
    x = L.QuantInput()(inputs := keras.Input((8, 8, 3)))
    message = refused(L.QuantReLU()(conv(conv(x, name="a"), name="b")), inputs)
    assert "'b' reads the 32-bit accumulator of 'a'; put QuantReLU or QuantIdentity" in message


def test_refuses_open_shapes():
    x = L.QuantInput()(inputs := keras.Input((None, None, 3), name="image"))
    message = refused(L.QuantReLU()(conv(x)), inputs)
    assert "input 'image' of model" in message and "give keras.Input all of them" in message


def test_refuses_two_grids_for_one_input():
    inputs = keras.Input((4, 4, 1), name="image")
    one, two = L.QuantInput(name="one")(inputs), L.QuantInput(exponent=-7, name="two")(inputs)
    message = refused(L.QuantAdd()([one, two]), inputs)
    assert "'image' is put on two grids" in message


def test_refuses_two_norms():
    x = L.QuantInput()(inputs := keras.Input((4, 4, 1)))
    x = L.QuantNorm(name="second")(L.QuantNorm()(conv(x, name="c")))
    assert "'second' follows another norm behind 'c'" in refused(L.QuantReLU()(x), inputs)


def test_refuses_weights_beyond_int32():
    x = L.QuantInput()(inputs := keras.Input((4, 4, 1)))
    layer = L.QuantConv2D(1, 1, name="huge")
    model = keras.Model(inputs, L.QuantReLU()(layer(x)))
    layer.kernel.assign(np.full((1, 1, 1, 1), 1e-9, "float32"))
    layer.bias.assign([1e9])
    with pytest.raises(ValueError, match="'huge' has a bias of .* beyond int32"):
        pk.integer_graph(model)


@pytest.mark.parametrize("model", [keras.Sequential([L.QuantInput()]), "model.keras", None])
def test_refuses_what_is_no_built_model(model):
    with pytest.raises(ValueError, match="needs a built Functional|takes a keras.Model"):
        pk.integer_graph(model)


def test_refuses_a_subclassed_model():
    class Net(keras.Model):
        def call(self, inputs):
            return inputs

    with pytest.raises(ValueError, match="needs a built Functional or Sequential model"):
        pk.integer_graph(Net(name="net"))
