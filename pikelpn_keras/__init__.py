"""PikeLPN for Keras 3."""
