"""One file a grip sensor; chosen by name from drivers.names."""
