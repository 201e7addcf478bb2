"""Model calls: limits, retries, routing."""
