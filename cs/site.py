"""The data folder of a site: its secret, its compiled catalogues, its marks, and who uses it."""

from __future__ import annotations

import hashlib
import os
import secrets
import sqlite3
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

TRANSLATIONS = Path(__file__).parent / "translations"
DATABASE = "cs.db"  # the SQLite file
DEMO_MARK = "demo"  # a file of this name in the data folder says that its data is made up
SITE_MARK = "site"  # one of this name says that the site was set up, and on which kind of database
RESTORE_MARK = "restore.json"  # one of this name says that a restore was cut off, and how far it was
USE_LOCK = "in-use"  # locked by every server and by the commands that write


class FolderInUse(Exception):
    """Another process uses the data folder."""


@contextmanager
def using(folder: Path, alone: bool = False) -> Iterator[None]:
    """Hold the data folder as one of several, or alone, as a restore does; raise FolderInUse where that
    cannot be. The system lets go of it when the holder ends, however that was, and on Windows too."""
    with closing(sqlite3.connect(folder / USE_LOCK, timeout=0, isolation_level=None)) as lock:
        try:
            lock.execute("PRAGMA journal_mode=MEMORY")  # else a second file stands beside it
            lock.execute("BEGIN EXCLUSIVE" if alone else "BEGIN")
            lock.execute("SELECT count(*) FROM sqlite_master").fetchone()  # a reader's lock begins with it
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
            raise FolderInUse(str(folder)) from error
        yield


def program_version() -> str:
    """Return the version of the program, as pyproject.toml has it."""
    text = (Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8")
    return str(tomllib.loads(text)["project"]["version"])


def is_set_up(folder: Path) -> bool:
    """Return whether the folder has belonged to a site: it was set up there, or it holds attachments."""
    return (folder / SITE_MARK).exists() or any((folder / "files").glob("[0-9a-f][0-9a-f]/*"))


def write_whole(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Write a file so that it is there whole or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    Path(name).chmod(mode)
    Path(name).replace(path)


def secret_key(folder: Path) -> str:
    """Return the site's secret: made once, kept in the data folder."""
    path = folder / "secret_key"
    if not path.exists():
        write_whole(path, secrets.token_hex(32).encode(), 0o600)
    return path.read_text("ascii")


def compiled_translations(folder: Path) -> Path:
    """Return the catalogues as gettext reads them, compiled again when the .po files have changed; kept in
    the data folder."""
    target = folder / "translations"
    sources = sorted(TRANSLATIONS.glob("*/LC_MESSAGES/*.po"))
    mark, wanted = (
        target / "hash",
        hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest(),
    )
    if mark.exists() and mark.read_text("ascii") == wanted:
        return target
    for source in sources:
        compiled = target / source.relative_to(TRANSLATIONS).with_suffix(".mo")
        compiled.parent.mkdir(parents=True, exist_ok=True)
        with source.open("rb") as po, tempfile.TemporaryFile() as mo:
            write_mo(mo, read_po(po))
            mo.seek(0)
            write_whole(compiled, mo.read())
    target.mkdir(exist_ok=True)
    write_whole(mark, wanted.encode())
    return target
