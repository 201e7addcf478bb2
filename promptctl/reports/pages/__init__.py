"""Pages over plain data: the same for a server that answers live and for files that lie in a folder."""
