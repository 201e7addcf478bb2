"""What a call leaves behind, and how stores spell it."""
