"""An application for an hour while everything around it changes and fails: memory, threads and files stay the same."""
