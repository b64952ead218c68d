"""A backup on the disk: what of a data folder belongs to it, its files, its manifest.

DIR/manifest.json   program, migration, kind of database, SHA-256 and size of every file; written last
DIR/data/           the data folder as it was, or for PostgreSQL with database.dump in place of cs.db
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cs import site
from cs.cli.words import trouble
from cs.files.store import sync_folder

MANIFEST = "manifest.json"
DATA = "data"
DUMP = "database.dump"  # PostgreSQL's own, in its custom format
FORMAT = 1
CHUNK = 1024 * 1024
PAGES_AT_ONCE = 256  # of the database
REPLACED = "replaced-"  # begins the names of folders with the data that a restore has set aside
STAGED = "restoring"  # the copy that a restore puts beside the data until it has proved right
# Left out: what each start creates, what belongs to this computer, what the database copies by its own means.
LEFT_OUT = {
    *(site.DATABASE + ending for ending in ("", "-wal", "-shm", "-journal")),
    "copies",
    "translations",
    "files/incoming",
    "files/thumbnails",
    "exports/keeper",
    site.USE_LOCK,
    site.RESTORE_MARK,
    STAGED,
}


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself."""

    program: str
    migration: str
    database: str
    made_at: str
    events: int
    head: str
    files: dict[str, list[Any]]  # path in the folder of data: [SHA-256, size]
    format: int = FORMAT


class Pace:
    """Slows copying to so many bytes a second, so that a slow disk is left to the pages; 0: not at all."""

    def __init__(self, bytes_a_second: float) -> None:
        self.speed, self.begun, self.done = bytes_a_second, time.monotonic(), 0

    def passed(self, size: int) -> None:
        self.done += size
        if self.speed:
            time.sleep(max(0.0, self.begun + self.done / self.speed - time.monotonic()))


def files_of(folder: Path) -> Iterator[Path]:
    """Yield the files of a data folder that a restore needs, but for the database."""
    for place, folders, names in os.walk(folder):
        here = Path(place).relative_to(folder)
        folders[:] = sorted(name for name in folders if not _is_left_out(here / name))
        yield from (folder / here / name for name in sorted(names) if not _is_left_out(here / name))


def _is_left_out(path: Path) -> bool:
    return (
        path.as_posix() in LEFT_OUT
        or path.parts[0].startswith(REPLACED)
        or (path.parts[0] == "exports" and path.suffix == ".parts")
    )


def copy_database(source: Path, target: Path, pace: Pace) -> None:
    """Copy a SQLite database as of one moment. The transaction holds that moment: without it the copy would
    begin again at each change, and under writers never end."""
    with (
        closing(sqlite3.connect(source, isolation_level=None)) as live,
        closing(sqlite3.connect(target)) as copy,
    ):
        live.execute("BEGIN")
        live.execute("SELECT count(*) FROM sqlite_master").fetchone()
        page = live.execute("PRAGMA page_size").fetchone()[0]
        live.backup(copy, pages=PAGES_AT_ONCE, progress=lambda *_: pace.passed(PAGES_AT_ONCE * page))


def copy_files(folder: Path, target: Path, pace: Pace) -> int:
    """Copy the files of a data folder; return how many. What goes meanwhile, such as an export whose time is
    over, is left out: `verify` of the copy says whether the database names it."""
    count = 0
    for path in files_of(folder):
        try:
            copy_file(path, target / path.relative_to(folder), pace)
        except FileNotFoundError:
            if path.exists():
                raise
            continue
        count += 1
    return count


def copy_file(source: Path, target: Path, pace: Pace) -> None:
    with source.open("rb") as file:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as copy:
            while chunk := file.read(CHUNK):
                copy.write(chunk)
                pace.passed(len(chunk))
            copy.flush()
            os.fsync(copy.fileno())
    shutil.copystat(source, target)


def seal(folder: Path, **about: Any) -> Manifest:
    """Write the manifest of a finished copy, and have all of it on the disk before it is named."""
    data = folder / DATA
    files = {
        path.relative_to(data).as_posix(): [hash_of(path), path.stat().st_size]
        for path in sorted(data.rglob("*"))
        if path.is_file()
    }
    manifest = Manifest(program=site.program_version(), files=files, **about)
    text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1)
    site.write_whole(folder / MANIFEST, text.encode(), 0o600)
    for place in (*(path for path in data.rglob("*") if path.is_dir()), data, folder):
        sync_folder(place)
    return manifest


def hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_manifest(folder: Path) -> Manifest:
    """Return what the backup says of itself; refuse what is none, or is not whole."""
    try:
        content = json.loads((folder / MANIFEST).read_text("utf-8"))
        if content["format"] > FORMAT:
            raise newer(content["program"])
        return Manifest(**content)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise trouble(
            f"{folder} 不是完整的备份：缺少 {MANIFEST} 或无法读取。",
            f"This is no whole backup: its {MANIFEST} is missing or cannot be read.",
        ) from error


def newer(program: str) -> Exception:
    return trouble(
        f"备份由更新版本的程序 {program} 制作，请先更新程序。",
        f"The backup was made by a newer program ({program}); bring this program up to date first.",
    )


def need_whole(data: Path, manifest: Manifest) -> None:
    """Refuse a backup of which a file is missing or was changed, or which holds one that was not copied."""
    there = {path.relative_to(data).as_posix() for path in data.rglob("*") if path.is_file()}
    for name in sorted(there - manifest.files.keys()):
        raise trouble(f"备份里多了 {name}。", f"The backup holds what was not copied into it: {name}.")
    for name, (sha256, size) in manifest.files.items():
        path = data / name
        if not path.is_file() or path.stat().st_size != size or hash_of(path) != sha256:
            raise trouble(
                f"备份已损坏：{name} 与清单不符。", f"The backup is damaged: {name} is not as it was copied."
            )
