"""Benchmarks models on Android devices: `python android_demo/tools/adb_bench.py MODEL.tflite...`.

The same as `pikelpn benchmark --adb`, whose flags it takes.
"""

import sys

from tflite_export.cli import main

if __name__ == "__main__":
    sys.exit(main(["benchmark", "--adb", *sys.argv[1:]]))
