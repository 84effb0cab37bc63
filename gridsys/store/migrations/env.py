"""Alembic's entry point: runs migrations on the connection that ``gridsys.store.upgrading`` hands over."""

from __future__ import annotations

from alembic import context

from gridsys.store.schema import METADATA


def run() -> None:
    """Run the migrations asked for, all in the one transaction that is already open."""
    context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
    context.run_migrations()


if hasattr(context, "config"):  # absent when a tool merely imports this module
    run()
