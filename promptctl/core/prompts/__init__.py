"""Prompts: what a file says, what it includes, its identity, and how it is rendered."""
