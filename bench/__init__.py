"""Reproducible comparative benchmarks: `python -m bench --help`."""
