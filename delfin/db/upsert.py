"""Inserts that meet rows which are there already, in the words of each engine."""

from __future__ import annotations

from sqlalchemy import Insert, Table
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.orm import Session


def insert_or_keep(session: Session, table: Table) -> Insert:
    """An INSERT that leaves a row with the same key as it is."""
    match session.get_bind().dialect.name:
        case "postgresql":
            return postgresql.insert(table).on_conflict_do_nothing()
        case "sqlite":
            return sqlite.insert(table).on_conflict_do_nothing()
    return mysql.insert(table).prefix_with("IGNORE")


def insert_or_replace(session: Session, table: Table, *columns: str) -> Insert:
    """An INSERT that sets 'columns' where there is a row with the same primary key."""
    keys = [column.name for column in table.primary_key]
    match session.get_bind().dialect.name:
        case "postgresql":
            told = postgresql.insert(table)
            fresh = {name: told.excluded[name] for name in columns}
            return told.on_conflict_do_update(index_elements=keys, set_=fresh)
        case "sqlite":
            lite = sqlite.insert(table)
            fresh = {name: lite.excluded[name] for name in columns}
            return lite.on_conflict_do_update(index_elements=keys, set_=fresh)
    maria = mysql.insert(table)
    return maria.on_duplicate_key_update({name: maria.inserted[name] for name in columns})
