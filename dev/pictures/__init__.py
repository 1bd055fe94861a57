"""The pictures of `docs/` that are drawn from the code: `make pictures` writes them, a test compares."""
