"""Coral's Edge TPU: what its compiler will map, what it said, and what it wrote."""
