"""What changed between two texts, values, prompts and renderings."""
