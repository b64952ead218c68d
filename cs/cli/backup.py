"""`backup DIR`: a copy of the whole site while it is at work.

The database is copied first, by its own means and as of one moment, then the files: an attachment is stored
before a row names it, so whatever the copy of the database names is there. The copy is checked before it gets
its name.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from cs import site
from cs.cli import postgres
from cs.cli.checks import find_faults, find_file_faults
from cs.cli.copying import DATA, DUMP, MANIFEST, Pace, copy_database, copy_files, seal
from cs.cli.starting import revision
from cs.cli.words import in_sentences, say, trouble
from cs.extensions import begin_read, db
from cs.files.store import FileStore, sync_folder
from cs.records.events import Fault, site_head

ROOT = Path(__file__).parents[2]
UNFINISHED = ".unfinished"  # ends the name of a backup until it is whole
MEGABYTE = 1024 * 1024


@click.command("backup")
@click.argument("target", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--speed", type=float, default=0, help="megabytes a second at most; 0: as fast as the disk")
@with_appcontext
def backup(target: Path, speed: float) -> None:
    """Copy the whole site into a new folder DIR while it is at work, and check the copy."""
    folder: Path = current_app.config["CS_DATA"]
    target = target.absolute()
    _need_new(target, folder)
    unfinished = target.with_name(target.name + UNFINISHED)
    try:
        with in_sentences(), site.using(folder):
            unfinished.mkdir(0o700, exist_ok=True)
            with site.using(unfinished, alone=True):
                _fill(folder, unfinished, Pace(speed * MEGABYTE))
            (unfinished / site.USE_LOCK).unlink()
            unfinished.rename(target)
            sync_folder(target.parent)
    except site.FolderInUse as used:
        raise trouble(
            f"{used} 正被恢复或另一个备份占用。", "A restore or another backup is at work in this folder."
        ) from used
    say(f"备份已完成：{target}", "The backup is whole and has been checked.")


def _need_new(target: Path, folder: Path) -> None:
    """Refuse a place where the backup cannot or must not stand."""
    inside, data = target.resolve(), folder.resolve()
    if inside == data or data in inside.parents:
        raise trouble(
            f"备份不能放在数据文件夹 {folder} 里。",
            "A backup cannot stand inside the data folder: it would be lost with it.",
        )
    if target.exists() or target.is_symlink():
        raise trouble(f"{target} 已存在，请换一个名字。", "This exists already, choose another name.")
    if not target.parent.is_dir():
        raise trouble(
            f"文件夹 {target.parent} 不存在（磁盘没有接上？）。",
            "The folder for the backup does not exist (is the disk connected?).",
        )


def _fill(folder: Path, unfinished: Path, pace: Pace) -> None:
    """Make the backup in its unfinished folder, which goes if that fails."""
    _discard_remains(unfinished)
    try:
        _make(folder, unfinished, pace)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise


def _discard_remains(unfinished: Path) -> None:
    """Remove what a backup that was cut off has left under this name."""
    remains = {path.name for path in unfinished.iterdir()} - {site.USE_LOCK}
    if remains - {DATA, MANIFEST}:
        raise trouble(f"{unfinished} 里有别的文件。", "Something else stands under the name of the copy.")
    (unfinished / MANIFEST).unlink(missing_ok=True)
    if DATA in remains:
        shutil.rmtree(unfinished / DATA)


def _make(folder: Path, unfinished: Path, pace: Pace) -> None:
    data = unfinished / DATA
    data.mkdir()
    if db.engine.dialect.name == "postgresql":
        about = _copy_postgres(folder, data, pace)
    else:
        about = _copy_sqlite(folder, data, pace)
    seal(unfinished, made_at=datetime.now(UTC).isoformat(), **about)


def _copy_sqlite(folder: Path, data: Path, pace: Pace) -> dict[str, object]:
    need_database(folder)
    copy_database(folder / site.DATABASE, data / site.DATABASE, pace)
    say("已复制数据库。", "The database was copied.")
    say(f"已复制 {copy_files(folder, data, pace)} 个文件。", "So many files were copied.")
    verify_folder(data)
    tidy_copy(data)
    with closing(sqlite3.connect(data / site.DATABASE)) as copy:
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
        events, head = copy.execute("SELECT seq, hash FROM site_head").fetchone() or (0, "")
        migration = copy.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    return {"database": "sqlite", "migration": migration, "events": events, "head": head}


def need_database(folder: Path) -> None:
    path = folder / site.DATABASE
    if not path.exists() or not path.stat().st_size:
        raise trouble(f"{folder} 里没有数据库 cs.db。", "There is no database cs.db in the data folder.")


def _copy_postgres(folder: Path, data: Path, pace: Pace) -> dict[str, object]:
    """Dump the database and check it as of the same moment, by its snapshot."""
    begin_read()
    about: dict[str, object] = {"database": "postgresql", "migration": revision() or ""}
    postgres.dump(db.engine.url, data / DUMP, postgres.snapshot())
    postgres.need_readable(data / DUMP)
    say("已复制数据库。", "The database was copied.")
    say(f"已复制 {copy_files(folder, data, pace)} 个文件。", "So many files were copied.")
    head = site_head()
    about |= {"events": head.seq, "head": head.hash}
    faults = find_faults() + find_file_faults(FileStore(data / "files"))
    _need_right(faults)
    tidy_copy(data)
    return about


def _need_right(faults: list[Fault]) -> None:
    for fault in faults:
        click.echo(f"{fault.where}: {fault.what}", err=True)
    if faults:
        raise wrong_copy()


def wrong_copy() -> click.ClickException:
    return trouble(
        "副本检查未通过，未保留。请先用 flask verify 检查。",
        "The copy did not pass its check and was not kept; look at the site with `flask verify` first.",
    )


def tidy_copy(data: Path) -> None:
    """Remove what checking has made in the copy."""
    shutil.rmtree(data / "translations", ignore_errors=True)
    shutil.rmtree(data / "files" / "incoming", ignore_errors=True)
    (data / site.USE_LOCK).unlink(missing_ok=True)


def verify_folder(data: Path) -> None:
    """Check the copy of a SQLite site as `flask verify` does, in a process of its own."""
    done = program_in(data, "verify", DATABASE_URL="")
    if done.returncode:
        click.echo(done.stdout + done.stderr, err=True, nl=False)
        raise wrong_copy()
    say("已检查副本。", f"The copy was checked: {done.stdout.splitlines()[-1]}")


def program_in(data: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command of this program on another data folder."""
    environment = os.environ | {"CS_DATA": str(data), "PYTHONUTF8": "1"} | settings
    command = [sys.executable, "-m", "flask", "--app", "app", *words]
    return subprocess.run(  # noqa: S603 - our own interpreter and words
        command, cwd=ROOT, env=environment, text=True, encoding="utf-8", capture_output=True, check=False
    )
