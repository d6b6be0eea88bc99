# The Android app; the Makefile includes this.
ANDROID_TOOLS := aapt2 apksigner dexdump enjarify aarch64-linux-gnu-gcc javac mvn zipalign
ANDROID_PACKAGES := aapt apksigner default-jdk-headless dexdump enjarify gcc-aarch64-linux-gnu \
	maven zipalign

.PHONY: apk android-tools arm-check

# Builds twice and compares. The first time the models are made, which takes some minutes.
apk: $(INSTALLED) android-tools
	$(BIN)/python -m android_demo.tools.build_apk

# LiteRT from its wheel, then the app's own runtime.
arm-check: $(INSTALLED) android-tools
	$(BIN)/python -m android_demo.tools.arm_check
	$(BIN)/python -m android_demo.tools.arm_app

android-tools:
	@for tool in $(ANDROID_TOOLS); do command -v $$tool >/dev/null || missing=yes; done; \
	test -z "$$missing" || \
	{ $(SUDO) apt-get update && $(SUDO) apt-get install -y $(ANDROID_PACKAGES); } >/dev/null 2>&1 || \
	echo "Debian's tools for Android could not be installed; tests that need them will say so"
