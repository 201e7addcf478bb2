"""A Git repository as a prompt registry."""
