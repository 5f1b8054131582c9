"""Measure this rig once, write a profile; procedures take callables and readings and never import rig."""
