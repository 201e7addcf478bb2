"""Thousands of clients that poll one moving bundle, in virtual time: real polling code, a source that is modelled."""
