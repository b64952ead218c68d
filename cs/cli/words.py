"""How the commands speak: one sentence in each language, and no traceback where a person can help."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.exc import DBAPIError

from cs.extensions import is_disk_full


def say(zh: str, en: str) -> None:
    click.echo(f"{zh} {en}")


def trouble(zh: str, en: str) -> click.ClickException:
    """Return what stops a command: shown as one line, with the exit code 1."""
    return click.ClickException(f"{zh} {en}")


@contextmanager
def in_sentences() -> Iterator[None]:
    """Turn what the disk and the database raise into a sentence."""
    try:
        yield
    except (DBAPIError, sqlite3.Error, OSError) as error:
        raise explained(error) from error


def explained(error: DBAPIError | sqlite3.Error | OSError) -> click.ClickException:
    """Return the sentence for an error of the disk or of the database."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    detail = " ".join(str(cause).split())
    if is_disk_full(error) or "disk is full" in detail:
        return trouble("磁盘已满，没有保存。", f"The disk is full, nothing was stored: {detail}")
    if "readonly" in detail or "read-only" in detail.lower():
        return trouble("数据所在的磁盘不可写。", f"The disk with the data cannot be written: {detail}")
    if isinstance(cause, OSError):
        return trouble("文件无法读写。", f"A file cannot be read or written: {detail}")
    if "malformed" in detail or "not a database" in detail:
        return trouble(
            "数据库文件已损坏，请用 restore 恢复备份。",
            f"The database file is damaged; put a backup back with restore: {detail}",
        )
    if "locked" in detail:
        return trouble("数据库正被占用，请稍后重试。", f"The database is in use, try again later: {detail}")
    return trouble("数据库无法使用。", f"The database cannot be used: {detail}")
