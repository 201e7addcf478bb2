"""Which answers may be used again."""
