"""Prompts of other tools as prompts of ours: one file a format, each a pure function from a document."""
