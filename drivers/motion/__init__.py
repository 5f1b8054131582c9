"""One file a motion sensor (IMU); chosen by name from drivers.names."""
