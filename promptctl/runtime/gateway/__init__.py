"""The way to a model: routing, limits and retries. Used by evals and by applications alike."""
