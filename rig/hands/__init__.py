"""Meaning of the hands: turns and presses become the knobs' values, aims and gestures."""
