"""The only code that builds maps."""
