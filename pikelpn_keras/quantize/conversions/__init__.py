"""How each kind of float layer becomes quantized; modules here are found by `registry`."""
