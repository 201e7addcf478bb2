"""One verb a file: command() builds an answer, data() is what programs get of it, view() what people see."""
