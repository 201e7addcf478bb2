"""Prompts of ours in the formats of other tools: one file a format, each a pure function from a closure."""
