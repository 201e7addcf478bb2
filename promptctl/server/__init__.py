"""The registry over HTTP: an API and pages over the same workflows as the command line."""
