"""Pure values and rules: no file, clock, network or Git."""
