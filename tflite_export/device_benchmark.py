"""Benchmarks on Android devices, through adb and the app's scripted benchmark."""

import dataclasses
import hashlib
import json
import pathlib
import shlex
import shutil
import subprocess
import time

ACTIVITY = "org.pikelpn.demo/.ui.ScriptActivity"
RESULTS = "/sdcard/Android/data/org.pikelpn.demo/files"
# The only place that both adb's shell writes and apps read.
MODELS = "/data/local/tmp"
POLL_SECONDS = 0.5
# Beyond the longest measured time: loading, warm-up, the exactness check.
GRACE_SECONDS = 120


class AdbError(ValueError):
    """adb, a device or the app failed; the sentence says what to do."""


@dataclasses.dataclass(frozen=True)
class Plan:
    """How to measure; the app's own limits apply.

    Attributes:
        engine: "xnnpack", "builtin" or "gpu".
        threads: number of threads.
        warmup: runs before measuring begins.
        runs: measured runs at least.
        min_seconds: seconds to measure at least.
        max_seconds: seconds to measure at most.
        profile: runs to take the time of each operator in, after measuring; 0 for none.
    """

    engine: str = "xnnpack"
    threads: int = 1
    warmup: int = 5
    runs: int = 50
    min_seconds: float = 1.0
    max_seconds: float = 60.0
    profile: int = 0

    def arguments(self):
        """The plan as names and texts."""
        return {field.name: str(getattr(self, field.name)) for field in dataclasses.fields(self)}


def devices():
    """Serial numbers of the devices that adb reaches.

    Raises:
        AdbError: if adb is not installed, or a device is not ready; the sentence names it.
    """
    serials = []
    for line in _adb("devices").splitlines()[1:]:
        serial, _, state = line.partition("\t")
        if state == "device":
            serials.append(serial)
        elif state:
            raise AdbError(f"device {serial} is {state}: unlock it and allow debugging")
    return serials


def install(serial, apk):
    """Installs the app's APK on a device."""
    _adb("-s", serial, "install", "-r", str(apk))


def run(serial, model, plan, golden=None):
    """Measures a model on a device.

    Args:
        serial: serial number of the device.
        model: path of a .tflite file here, or the name of a model inside the app.
        plan: a `Plan`.
        golden: path of a file of golden outputs, for the exactness check.

    Returns:
        the result in the schema of `BenchmarkReport.to_json`, or one with an `error`.

    Raises:
        AdbError: if adb fails or no result comes in time.
    """
    pushed = []
    arguments = plan.arguments()
    path = pathlib.Path(model)
    arguments["model"] = _push(serial, path, pushed) if path.exists() else path.name
    if golden is not None:
        arguments["golden"] = _push(serial, pathlib.Path(golden), pushed)
    arguments["id"] = (
        "adb-" + hashlib.sha256(repr(sorted(arguments.items())).encode()).hexdigest()[:12]
    )
    result = f"{RESULTS}/{arguments['id']}.json"
    try:
        _shell(serial, "rm", "-f", result)
        _start(serial, arguments)
        return _wait(serial, result, plan.max_seconds + GRACE_SECONDS)
    finally:
        _shell(serial, "rm", "-f", result, *pushed)


def _start(serial, arguments):
    words = [word for name, value in arguments.items() for word in ("--es", name, value)]
    answer = _shell(serial, "am", "start", "-W", "-n", ACTIVITY, *words)
    if "Error" in answer:
        raise AdbError(f"the app did not start on {serial}; is it installed? {answer.strip()}")


def _push(serial, path, pushed):
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    target = f"{MODELS}/pikelpn-{digest}{path.suffix}"
    _adb("-s", serial, "push", str(path), target)
    pushed.append(target)
    return target


def _wait(serial, path, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        # The app renames the whole file into place, so what can be read is complete.
        answer = _shell(serial, "cat", path, "2>/dev/null", "||", "true")
        if answer.strip():
            return json.loads(answer)
        time.sleep(POLL_SECONDS)
    raise AdbError(f"no result came from {serial} within {seconds:.0f} seconds; look at its screen")


def _shell(serial, *words):
    operators = ("||", "2>/dev/null")
    command = " ".join(word if word in operators else shlex.quote(word) for word in words)
    return _adb("-s", serial, "shell", command)


def _adb(*words):
    if shutil.which("adb") is None:
        raise AdbError("adb is not installed: install Android's platform tools (Debian: adb)")
    result = subprocess.run(["adb", *words], capture_output=True, text=True)
    if result.returncode:
        raise AdbError(f"adb {words[0]} failed: {(result.stderr or result.stdout).strip()}")
    return result.stdout
