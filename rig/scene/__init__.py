"""What the picture says: key, zones, motion, what lies under the centre spot."""
