"""Versions, tags and the lock."""
