"""Measures every budget of speed next to its reference, in one run: ``python -m benchmarks``."""
