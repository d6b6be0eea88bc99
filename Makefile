# What a checkout needs lands in .venv, and what larq and tfmot need, which keep NumPy below 2, in
# .venv-interop; setup.cfg says what that is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed
INSTALLED_TORCH := $(VENV)/installed-torch
VENV_INTEROP := .venv-interop
INSTALLED_INTEROP := $(VENV_INTEROP)/installed
FASHION_MNIST := /usr/share/datasets/fashion-mnist
SUDO := $(if $(filter 0,$(shell id -u)),,sudo -n)
DEMO := build/demo
PYTEST := $(BIN)/python -m pytest --numprocesses=3 --dist=loadfile --no-loadscope-reorder
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Where it is set, every process compiles TensorFlow anew: 19 s to import it instead of 8.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo docs test test-all lint data clean

demo: $(INSTALLED)
	mkdir -p $(DEMO)
	$(BIN)/pikelpn train --dataset=digits --epochs=8 --output=$(DEMO)/digits.keras
	$(BIN)/pikelpn export $(DEMO)/digits.keras --output=$(DEMO)/digits.tflite
	$(BIN)/pikelpn verify $(DEMO)/digits.keras $(DEMO)/digits.tflite --dataset=digits
	$(BIN)/pikelpn ace $(DEMO)/digits.tflite

# The variable silences the theme's note on other tools.
docs: $(INSTALLED)
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

# Pytest comes last: its summary is the last line.
test: lint data android-tools $(INSTALLED_INTEROP)
	$(PYTEST) -m "not slow and not torch"

test-all: lint data android-tools $(INSTALLED_TORCH) $(INSTALLED_INTEROP)
	$(PYTEST)

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

data:
	@test -e $(FASHION_MNIST) || \
	{ $(SUDO) apt-get update && $(SUDO) apt-get install -y dataset-fashion-mnist; } >/dev/null 2>&1 || \
	echo "Debian's dataset-fashion-mnist could not be installed; tests that need it will say so"

clean:
	rm -rf $(VENV) $(VENV_INTEROP) build dist *.egg-info .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# foolbox holds twenty pictures of ImageNet; what it depends on is not needed for those.
$(INSTALLED): setup.cfg
	@$(PYTHON) -c "import ensurepip" 2>/dev/null || \
	{ echo "$(PYTHON) has no ensurepip to make .venv with: install it (Debian: python3-venv)" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --no-compile --editable '.[test]'
	$(BIN)/pip install --quiet --no-compile --no-deps foolbox==3.3.4
	touch $@

$(INSTALLED_INTEROP): $(INSTALLED)
	$(PYTHON) -m venv $(VENV_INTEROP)
	$(VENV_INTEROP)/bin/pip install --quiet --no-compile --editable '.[interop,test-core]'
	touch $@

$(INSTALLED_TORCH): $(INSTALLED)
	$(BIN)/pip install --quiet --editable '.[test,torch]'
	touch $@

include android_demo/android.mk
