"""Suites, evidence and gates."""
