"""Coded rules over prompts."""
