"""The seeded synthetic city."""
