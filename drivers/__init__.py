"""Drivers turn the world into time-stamped readings; the only place that names hardware libraries."""
