"""What the GitHub action runs beside the program."""
