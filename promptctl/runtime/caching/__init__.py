"""Answers that an application already has: looked up before a model is asked, and asked for once."""
