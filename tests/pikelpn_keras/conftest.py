"""Gives every `LayerTestCase` its cases."""


def pytest_generate_tests(metafunc):
    if "case" in metafunc.fixturenames:
        cases = metafunc.cls.cases
        ids = ["-".join(f"{k}={v}" for k, v in case.items()) or "defaults" for case in cases]
        metafunc.parametrize("case", cases, ids=ids)
