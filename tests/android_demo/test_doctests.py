import doctest
import importlib

import pytest


@pytest.mark.parametrize("name", ["apk_zip", "arm_check", "golden"])
def test_examples(name):
    module = importlib.import_module(f"android_demo.tools.{name}")
    result = doctest.testmod(module, extraglobs={"np": pytest.importorskip("numpy")})
    assert result.attempted and not result.failed
