"""What work takes, counted in instructions of Python's and in processes: the same on every machine, at any load."""
