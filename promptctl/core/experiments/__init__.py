"""Experiments: their plan, what they decide by, and what their numbers say."""
