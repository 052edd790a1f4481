"""The kernels of the sparse engine: compiled by numba for the processor at hand."""
