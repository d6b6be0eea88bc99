"""Which function makes the node of which operator."""

from tflite_export.reading.errors import UnsupportedModelError

_TRANSLATORS = {}


def translates(*names):
    """Decorator: registers a function as the one for operators of these names.

    Example:

    >>> @translates("NO_SUCH_OPERATOR")
    ... def no_such_operator(call):
    ...     ...
    """

    def register(function):
        _TRANSLATORS.update(dict.fromkeys(names, function))
        return function

    return register


def translate(call):
    """The node of a `Call`.

    Raises:
        UnsupportedModelError: if its operator has none.
    """
    name = call.operator.name
    if name not in _TRANSLATORS:
        raise UnsupportedModelError(f"operator {name} has no integer meaning here; {call.remedy}")
    return _TRANSLATORS[name](call)
