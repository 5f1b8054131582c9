"""One file a camera; chosen by name from drivers.names."""
