"""The print: a Look folds into one recipe, and an engine prints the frame through it."""
