"""Sensors of skin conductance, one file a device; chosen by name from drivers/names.py."""
