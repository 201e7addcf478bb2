"""Every page of a lively registry in a real Chromium: ``python -m tests.pages [--real FOLDER] [--keep FOLDER]``."""
