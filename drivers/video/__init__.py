"""One file a video encoder; chosen by name from drivers.names."""
