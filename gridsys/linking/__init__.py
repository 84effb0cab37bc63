"""The chain person → household → house → grid, resolved from claims."""
