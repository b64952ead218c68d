"""What must be right before a site is served: its folder, its database, its tables. Each fault is one
sentence in both languages, and never a silent empty site."""

from __future__ import annotations

import sqlite3
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import click
from alembic.config import Config
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import Inspector, Table, UniqueConstraint, inspect, text
from sqlalchemy.exc import ArgumentError, DBAPIError

from cs import site
from cs.cli.words import explained, in_sentences, trouble
from cs.extensions import db

QUICK_CHECK_SECONDS = 5  # `flask verify` checks all of a database that is too large for it
STEPS_BETWEEN_LOOKS = 10_000  # of SQLite's machine
DIFFERENCES_SHOWN = 3


def refusal(error: OSError | ArgumentError) -> str:
    """Return why not even the program could be made: the folder of data or the address of the database."""
    if isinstance(error, OSError):
        return f"Error: {explained(error).message}"
    return "Error: DATABASE_URL 无法读取。 DATABASE_URL cannot be read as the address of a database."


def check_site(quick: bool = True) -> None:
    """Refuse to start on a folder or a database that is not as a site needs it. Nothing is changed."""
    folder: Path = current_app.config["CS_DATA"]
    need_no_cut_off_restore(folder)
    with in_sentences(), tempfile.TemporaryFile(dir=folder) as probe:
        probe.write(b"0")
    if not current_app.config["DATABASE_URL"]:
        _check_sqlite_file(folder / site.DATABASE, quick)
    elif (error := _connection_error()) is not None:
        raise trouble(
            "无法连接 PostgreSQL 数据库，请检查它是否在运行、DATABASE_URL 是否正确。",
            f"The PostgreSQL database cannot be reached; does it run, is DATABASE_URL right? {error}",
        )
    with in_sentences():
        _need_tables(folder)
        _need_known_revision()


def need_no_cut_off_restore(folder: Path) -> None:
    if (folder / site.RESTORE_MARK).exists():
        raise trouble(
            "上次恢复中断了，请再运行一次 manage.py restore。",
            "A restore was cut off: run `manage.py restore` once more, which puts it right.",
        )


def _connection_error() -> str | None:
    try:
        db.engine.connect().close()
    except (DBAPIError, ImportError) as error:
        lines = str(getattr(error, "orig", None) or error).strip().splitlines()
        return lines[0] if lines else type(error).__name__
    return None


def _check_sqlite_file(path: Path, quick: bool) -> None:
    """Look whether the file is a whole database that can be written."""
    if not path.exists() or not path.stat().st_size:
        if site.is_set_up(path.parent):  # to connect would make one, and empty the log that is left beside it
            raise _lost_database(path.parent)
        return
    with in_sentences(), closing(sqlite3.connect(path, timeout=1, isolation_level=None)) as connection:
        fault = next(_quick_faults(connection), None) if quick else None
        if fault is not None:
            raise sqlite3.DatabaseError(f"malformed: {fault}")
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):  # a server is writing, so it can be written
                raise


def _quick_faults(connection: sqlite3.Connection) -> Iterator[str]:
    """Check the file as far as a start can wait for it."""
    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # the header
    deadline = time.monotonic() + QUICK_CHECK_SECONDS
    connection.set_progress_handler(lambda: time.monotonic() > deadline, STEPS_BETWEEN_LOOKS)
    try:
        rows = connection.execute("PRAGMA quick_check(1)").fetchall()
    except sqlite3.OperationalError as error:
        if "interrupted" not in str(error):
            raise
        return
    finally:
        connection.set_progress_handler(None, 0)
    yield from (row[0] for row in rows if row[0] != "ok")


def _need_tables(folder: Path) -> None:
    """Refuse an empty database where a site has been: its data would seem to be gone."""
    if inspect(db.engine).has_table("events") or not site.is_set_up(folder):
        return
    if current_app.config["DATABASE_URL"]:
        raise trouble(
            f"{folder} 属于一个已有的站点，但 DATABASE_URL 指向的数据库是空的。",
            "This data folder belongs to a site, but the database that DATABASE_URL names is empty.",
        )
    raise _lost_database(folder)


def _lost_database(folder: Path) -> click.ClickException:
    return trouble(
        f"{folder} 里有站点的文件，但数据库 cs.db 不见了或是空的："
        "请恢复备份、设定 DATABASE_URL，或换一个 --data。",
        "The folder holds the files of a site, but its database cs.db is missing or empty: restore a backup, "
        "set the DATABASE_URL it had, or use another --data.",
    )


def scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(current_app.config["MIGRATIONS"]))
    return ScriptDirectory.from_config(config)


def revision() -> str | None:
    """Return the migration at which the database stands."""
    if not inspect(db.engine).has_table("alembic_version"):
        return None
    with db.engine.connect() as connection:
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def is_known(migration: str) -> bool:
    return migration in {script.revision for script in scripts().walk_revisions()}


def needs_migration() -> bool:
    return revision() != scripts().get_current_head()


def _need_known_revision() -> None:
    stands = revision()
    if stands is not None and not is_known(stands):
        raise trouble(
            f"数据来自更新版本的程序（{stands}），请先更新程序。",
            f"The data are of a newer program (migration {stands}); bring this program up to date first.",
        )


def need_right_tables() -> None:
    """Refuse tables that are not as the models say: pages that use them would fail one by one."""
    with in_sentences():
        inspector = inspect(db.engine)
        differences = [what for table in db.metadata.sorted_tables for what in _differences(inspector, table)]
    if differences:
        more = " …" if len(differences) > DIFFERENCES_SHOWN else ""
        detail = ", ".join(differences[:DIFFERENCES_SHOWN]) + more
        raise trouble(
            "数据库的表与程序不符，请恢复备份或换用制作这些数据的程序版本。",
            "The tables of the database differ from the program; restore a backup, or use the version of the "
            f"program that made them: {detail}",
        )


def _differences(inspector: Inspector, table: Table) -> Iterator[str]:
    """Yield what differs in columns and in what must be unique. Names of constraints and indexes that others
    have added for their own questions do no harm."""
    if not inspector.has_table(table.name):
        yield f"{table.name} is missing"
        return
    there = {column["name"]: column["nullable"] for column in inspector.get_columns(table.name)}
    wanted = {column.name: column.nullable for column in table.columns}
    for name in sorted(there.keys() ^ wanted.keys()):
        yield f"{table.name}.{name} is {'unknown' if name in there else 'missing'}"
    for name in sorted(there.keys() & wanted.keys()):
        if there[name] != wanted[name] and not table.columns[name].primary_key:
            yield f"{table.name}.{name} {'may' if there[name] else 'must not'} be empty"
    unique = {tuple(sorted(row["column_names"])) for row in inspector.get_unique_constraints(table.name)}
    for columns in sorted(unique ^ _unique_columns(table)):
        yield f"{table.name} ({', '.join(columns)}) is{' not' * (columns not in unique)} unique"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # indexes of expressions are not read
        indexes = {row["name"] for row in inspector.get_indexes(table.name)}
    for name in sorted(str(index.name) for index in table.indexes if index.unique):
        if name not in indexes:
            yield f"{name} is missing"


def _unique_columns(table: Table) -> set[tuple[str, ...]]:
    constraints = (each for each in table.constraints if isinstance(each, UniqueConstraint))
    return {tuple(sorted(column.name for column in each.columns)) for each in constraints}


def set_mark(folder: Path) -> None:
    """Write down that a site was set up here, and on which kind of database."""
    kind = db.engine.dialect.name.encode()
    mark = folder / site.SITE_MARK
    if not mark.exists() or mark.read_bytes() != kind:
        site.write_whole(mark, kind)


def need_free(folder: Path) -> click.ClickException:
    """Return what is said where another process keeps the data folder."""
    return trouble(
        f"{folder} 正在恢复数据，请稍后再启动。", "Data are being restored in this folder: start again later."
    )
