"""What an environment serves: pointers, their moves, who agreed, and the bundle of it."""
