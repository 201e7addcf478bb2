"""Rollouts and experiments lived through: a remote, an application under load, and clones that decide meanwhile."""
