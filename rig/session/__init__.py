"""A take on disk: folder layout, writer, reader, recover."""
