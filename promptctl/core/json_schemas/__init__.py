"""JSON Schemas of inputs and answers: values compared with them, and one schema with another."""
