"""What answers look like, for the description of the API alone: bodies are spelled by ``promptctl.answers``."""
