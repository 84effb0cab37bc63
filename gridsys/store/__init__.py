"""The database: SQLite, or PostgreSQL with PostGIS, behind one interface; frames in, frames out, with history."""

from gridsys.store.audit import AuditCheck
from gridsys.store.database import Store, open_store
from gridsys.store.item_migration import Migration
from gridsys.store.merge import PutCounts
from gridsys.store.transaction import Transaction

__all__ = ["AuditCheck", "Migration", "PutCounts", "Store", "Transaction", "open_store"]
