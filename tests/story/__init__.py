"""A team's month as one story: real clones, remotes, keys and processes; every screen is kept, and told as a page."""
