"""Runs the layers of a converted model one after the other, on values of any kind."""


def replay(made, given, compute):
    """Follows values through the calls; what no later call reads is dropped at once.

    Args:
        made: list of `Made`, in order.
        given: values of the model's inputs, by `id` of the tensor.
        compute: function of a `Made` and the list of values that it reads; it returns the value
            that the call makes.

    Example:

    >>> import keras
    >>> from pikelpn_keras.quantize.builder import Made
    >>> x = keras.Input((2,))
    >>> y = keras.layers.ReLU()(x)
    >>> replay([Made(None, (x,), y)], {id(x): 3}, lambda call, values: print(values))
    [3]
    """
    values = dict(given)
    last_reader = {id(tensor): n for n, call in enumerate(made) for tensor in call.inputs}
    for number, call in enumerate(made):
        values[id(call.output)] = compute(call, [values[id(tensor)] for tensor in call.inputs])
        for tensor in call.inputs:
            if last_reader[id(tensor)] == number:
                values.pop(id(tensor), None)
