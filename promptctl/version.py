"""The one place that names the program's version; a literal, since reading package metadata costs 50 ms."""

__version__ = "0.1.0"
