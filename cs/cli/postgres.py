"""PostgreSQL's own tools: its dump, and a restore that keeps the old tables in a schema of another name."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from sqlalchemy import URL, text

from cs.cli.words import trouble
from cs.extensions import db


def snapshot() -> str:
    """Return the name by which another connection reads what this transaction reads."""
    return str(db.session.execute(text("SELECT pg_export_snapshot()")).scalar_one())


def schema() -> str:
    """Return the schema in which the tables stand."""
    return str(db.session.execute(text("SELECT current_schema()")).scalar_one())


def dump(url: URL, target: Path, of: str) -> None:
    options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={of}"]
    _run(["pg_dump", *options, f"--schema={schema()}", f"--file={target}", _without_password(url)], url)


def need_readable(path: Path) -> None:
    """Read a dump to its end, so that one that was cut off is seen."""
    _run(["pg_restore", f"--file={os.devnull}", str(path)], None)


def load(url: URL, path: Path, into: str) -> None:
    options = ["--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges"]
    _run(["pg_restore", *options, f"--schema={into}", f"--dbname={_without_password(url)}", str(path)], url)


def need_alone() -> None:
    """Refuse while anybody else is connected to the database: a server of another data folder, say."""
    others = db.session.execute(
        text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
    ).scalar_one()
    db.session.rollback()
    if others:
        raise trouble(
            f"数据库还有 {others} 个连接，请先停止程序。",
            "Others are connected to the database: stop the program first.",
        )


def set_aside(name: str, aside: str) -> None:
    """Rename the schema with the old tables and make an empty one of its name."""
    _execute(f'ALTER SCHEMA "{name}" RENAME TO "{aside}"', f'CREATE SCHEMA "{name}"')


def put_back(name: str, aside: str) -> None:
    """Undo `set_aside`, in one transaction; what stands in the new schema goes."""
    known = text("SELECT count(*) FROM pg_namespace WHERE nspname = :aside")
    with db.engine.connect() as connection:
        if not connection.execute(known, {"aside": aside}).scalar_one():
            return
    _execute(f'DROP SCHEMA IF EXISTS "{name}" CASCADE', f'ALTER SCHEMA "{aside}" RENAME TO "{name}"')


def _execute(*statements: str) -> None:
    with db.engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    db.engine.dispose()


def _without_password(url: URL) -> str:
    """Return the address for PostgreSQL's tools. The password goes by the environment: a command's words are
    shown to everybody on the computer."""
    return url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)


def _run(command: list[str], url: URL | None) -> None:
    program = shutil.which(command[0])
    if program is None:
        raise trouble(
            f"找不到 {command[0]}，请安装 PostgreSQL 客户端。",
            f"{command[0]} is not installed: it comes with PostgreSQL's client.",
        )
    environment = dict(os.environ)
    if url is not None and url.password:
        environment["PGPASSWORD"] = str(url.password)
    done = subprocess.run(  # noqa: S603 - the words are ours and the site's own settings
        [program, *command[1:]], env=environment, text=True, capture_output=True, check=False
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["?"]
        raise trouble(f"{command[0]} 失败。", f"{command[0]} failed: {lines[0]}")
