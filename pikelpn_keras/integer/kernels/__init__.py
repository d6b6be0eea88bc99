"""Nodes that compute what TFLite's kernels compute of plain 8-bit tensors.

Their scales are any numbers, so kernels meet ties and round them each in their own way: a node is
made for the family of kernels that shall be matched. `tflite_export.read` makes them of files that
this project did not write. Measured against LiteRT 2.3.0 on x86-64.
"""
