"""How what commands cost grows with prompts, tags, moves, cases, events and concurrency."""
