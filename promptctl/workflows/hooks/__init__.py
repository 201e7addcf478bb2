"""What may not be committed: each module judges what is staged, from the index alone, and writes nothing."""
