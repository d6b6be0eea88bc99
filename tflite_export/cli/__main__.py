"""`python -m tflite_export.cli` is the `pikelpn` command."""

import sys

from tflite_export.cli.app import main

sys.exit(main())
