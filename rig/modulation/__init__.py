"""Named 0..1 signals, and the routes by which they bend a Look."""
