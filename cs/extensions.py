"""The Flask extensions, and how a transaction begins on each database."""

from __future__ import annotations

import errno
import sqlite3
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flask import Flask, current_app, has_request_context
from flask_babel import Babel
from flask_bootstrap import Bootstrap5
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import Engine, MetaData, event, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase

NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

db = SQLAlchemy(metadata=MetaData(naming_convention=NAMES), session_options={"autoflush": False})
if TYPE_CHECKING:

    class Model(DeclarativeBase):
        """The base of all tables, as a type checker can read it."""
else:
    Model = db.Model
login_manager = LoginManager()
csrf = CSRFProtect()
babel = Babel()
migrate = Migrate(render_as_batch=True)
bootstrap = Bootstrap5()

WRITER_LOCK = 1212  # PostgreSQL's advisory lock of the one writer


def begin_write(wait: float | None = None) -> None:
    """Start the transaction of a request that writes; what was read before is read again.

    Writers go one after another on both databases: the site-wide audit chain is one line, so no two of them
    can be right at the same moment. SQLite takes the lock with BEGIN IMMEDIATE, PostgreSQL with an advisory
    lock; who waits longer than `wait` seconds (else than the setting says) gets an OperationalError on both.
    """
    db.session.rollback()
    wait = current_app.config["CS_WAIT_SECONDS"] if wait is None else wait
    connection = db.session.connection(execution_options={"writes": True, "wait": wait})
    if connection.dialect.name == "postgresql":
        connection.execute(
            text("SELECT set_config('lock_timeout', :wait, true)"), {"wait": f"{wait * 1000:.0f}ms"}
        )
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITER_LOCK})


def begin_read() -> None:
    """Start the long read of a command: a still picture of the data, for which no writer waits and which
    none disturbs."""
    db.session.rollback()
    isolated = {"isolation_level": "REPEATABLE READ"} if db.engine.dialect.name == "postgresql" else {}
    db.session.connection(execution_options={"writes": False, **isolated})


def is_disk_full(error: BaseException) -> bool:
    """Return whether there was no room left: the system says so by its number, SQLite in words, PostgreSQL
    by its class 53100."""
    if isinstance(error, OperationalError):
        return "disk is full" in str(error.orig) or getattr(error.orig, "sqlstate", None) == "53100"
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def _on_connect(connection: Any, _record: Any) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None  # transactions are begun by _on_begin, not by the driver
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    connection.create_function("day_in_zone", 2, _day_in_zone, deterministic=True)


def _day_in_zone(moment: str | None, zone: str) -> str | None:
    """Return the day of a stored moment in a time zone, for SQLite, which knows no zones."""
    if moment is None:
        return None
    return datetime.fromisoformat(moment).replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date().isoformat()


def _on_begin(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    # In a request only begin_write() may write; commands and tests have no page to protect.
    options = connection.get_execution_options()
    writes = options.get("writes", not has_request_context())
    connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
    if "wait" in options:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={options['wait'] * 1000:.0f}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def init_extensions(app: Flask) -> None:
    db.init_app(app)
    with app.app_context():
        engine: Engine = db.engine
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    migrate.init_app(app, db, directory=str(app.config["MIGRATIONS"]))
    login_manager.init_app(app)
    csrf.init_app(app)
    bootstrap.init_app(app)
