"""One file per command group: parse, one use case, print."""
