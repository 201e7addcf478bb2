"""What each page shows, for a server and for files alike: a module for each page, from answers to its data."""
