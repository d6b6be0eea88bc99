"""Stands in for adb: two devices as folders, whose app writes a prepared answer.

FAKE_ADB names a folder with `devices` (what `adb devices` prints), `answer` (the result that the
app writes) and one folder for each device, in which paths of the device are files.
"""

import os
import pathlib
import shlex
import shutil
import sys


def main(words):
    root = pathlib.Path(os.environ["FAKE_ADB"])
    with (root / "calls").open("a") as calls:
        print(shlex.join(words), file=calls)
    if words[0] == "devices":
        print((root / "devices").read_text(), end="")
        return 0
    _, serial, command, *rest = words
    return COMMANDS[command](root, root / serial, rest)


def push(root, device, words):
    source, target = words
    shutil.copy(source, on_device(device, target))
    return 0


def install(root, device, words):
    (device / "installed").write_bytes(pathlib.Path(words[-1]).read_bytes())
    return 0


def shell(root, device, words):
    # What adb does: the device's shell takes the line apart again.
    command, *arguments = shlex.split(words[0])
    if command == "rm":
        for path in arguments[1:]:
            on_device(device, path).unlink(missing_ok=True)
    elif command == "cat":
        file = on_device(device, arguments[0])
        print(file.read_text() if file.exists() else "", end="")
    elif command == "am":
        return start(root, device, arguments)
    return 0


def start(root, device, words):
    extras = {words[i + 1]: words[i + 2] for i, word in enumerate(words) if word == "--es"}
    if not (device / "installed").exists():
        print("Error type 3\nError: Activity class does not exist.")
        return 0
    if "/" in extras["model"]:
        assert on_device(device, extras["model"]).exists()
    result = f"/sdcard/Android/data/org.pikelpn.demo/files/{extras['id']}.json"
    if (root / "answer").exists():
        shutil.copy(root / "answer", on_device(device, result))
    return 0


def on_device(device, path):
    return device / path.strip("/").replace("/", "%")


COMMANDS = {"install": install, "push": push, "shell": shell}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
