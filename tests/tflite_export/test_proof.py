from tflite_export.proof import DEVICES, FAMILIES, KERAS, Bound, Obstacle, Proof


def test_nothing_against_it_is_exact_everywhere():
    assert Proof("-").exact == FAMILIES
    assert Proof("-").failures == ()


def test_a_bound_holds_up_to_its_limit():
    assert Bound("sum", 10, 10, DEVICES).holds
    assert not Bound("sum", 11, 10, DEVICES).holds


def test_only_failing_bounds_are_failures():
    proof = Proof("A", (Bound("one", 1, 2, (KERAS,)), Bound("two", 5, 4, DEVICES)))
    assert proof.exact == (KERAS,)
    (failure,) = proof.failures
    assert failure.reason == "two may reach 5, more than 4"
    assert failure.runtimes == DEVICES
    assert "fewer weight bits" in failure.remedy


def test_obstacles_come_before_bounds():
    obstacle = Obstacle("no room", "make some", ("tflm",))
    proof = Proof("C", (Bound("sum", 5, 4, ("builtin",)),), (obstacle,))
    assert proof.failures[0] is obstacle
    assert proof.exact == ("keras", "xnnpack", "reference")
