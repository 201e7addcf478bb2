"""Attacks on the record of releases: whoever forges a part of it meets a reader that refuses and says why."""
