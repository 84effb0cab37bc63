"""Schema migrations (Alembic). A released migration, and ``temporal`` that it is made of, is never changed."""
