"""One file a pulse sensor; chosen by name from drivers.names."""
