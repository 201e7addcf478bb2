"""Estimates and intervals on plain numbers."""
