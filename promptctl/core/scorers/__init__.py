"""Expectations: one file a family, each a pure function of an answer."""
