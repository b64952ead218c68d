"""Alembic runs here; the tables come from the models."""

from alembic import context
from sqlalchemy import text
from sqlalchemy.types import TypeDecorator

from cs.extensions import db


def plain_types(kind: str, item: object, _context: object) -> str | bool:
    """A migration keeps what a column is in the database, not the program's type of that day."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    return False


def run() -> None:
    """Foreign keys are off while SQLite's tables are rebuilt (else a rebuilt parent empties its children),
    and checked before the end."""
    with db.engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            connection.exec_driver_sql("SELECT 1")
            connection.rollback()
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_as_batch=True,
            render_item=plain_types,
            compare_type=False,
            transaction_per_migration=False,
        )
        with context.begin_transaction():
            context.run_migrations()
            if sqlite and connection.execute(text("PRAGMA foreign_key_check")).first():
                raise RuntimeError("a migration would leave rows that point to nothing; nothing was changed")
        if sqlite:
            connection.rollback()
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")


run()
