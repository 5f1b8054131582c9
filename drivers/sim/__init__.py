"""The simulated world: chips at register level, pins at edge level, a scene rendered, all on one clock."""
