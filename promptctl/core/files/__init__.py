"""Files as values: YAML and JSON with the place of every node, their schemas and their layout."""
