"""What the hand feels or hears; chosen by name from drivers.names."""
