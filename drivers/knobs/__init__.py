"""One file a set of knobs; chosen by name from drivers.names."""
