"""Benchmarks: calls, write units, time and memory, measured in one process against the simulator. ``make bench``."""
