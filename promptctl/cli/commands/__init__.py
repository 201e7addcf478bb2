"""One verb a file: command() builds an answer, view() shows it."""
