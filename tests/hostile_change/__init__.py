"""Pull requests of strangers who mean harm, and what the check of them has to do."""
