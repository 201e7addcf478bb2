"""One verb a file: data in, frozen result out; nothing printed."""
