"""`restore DIR`: a backup put in the place of the data.

The copy is put beside the data, brought up to date and checked there, and only then takes their place; what
stood there before is set aside whole, the log beside the database included. A mark in the data folder says
how far that is, so that a restore which was cut off is undone by the next.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from cs import site
from cs.cli import postgres
from cs.cli.backup import program_in, tidy_copy
from cs.cli.copying import (
    DATA,
    DUMP,
    REPLACED,
    STAGED,
    Manifest,
    Pace,
    copy_file,
    need_whole,
    newer,
    read_manifest,
)
from cs.cli.starting import is_known
from cs.cli.words import in_sentences, say, trouble
from cs.extensions import db
from cs.files.store import sync_folder

STAYS = {site.USE_LOCK, site.RESTORE_MARK, STAGED}  # in the data folder while all else is moved


@click.command("restore")
@click.argument("source", metavar="DIR", type=click.Path(path_type=Path))
@with_appcontext
def restore(source: Path) -> None:
    """Put the backup in DIR in the place of the data, which are set aside. The server must not run."""
    folder: Path = current_app.config["CS_DATA"]
    source = source.absolute()
    manifest = read_manifest(source)
    with in_sentences():
        _need_fitting(source, manifest)
        try:
            with site.using(folder, alone=True):
                _undo(folder)
                _restore(folder, source)
        except site.FolderInUse as used:
            raise trouble(
                f"程序正在使用 {folder}，请先停止。", "The program is running on these data: stop it first."
            ) from used


def _need_fitting(source: Path, manifest: Manifest) -> None:
    """Refuse a backup that this program cannot read, of another kind of database, or damaged."""
    if _numbers(manifest.program) > _numbers(site.program_version()) or not is_known(manifest.migration):
        raise newer(manifest.program)
    if manifest.database != db.engine.dialect.name:
        raise trouble(
            f"备份来自 {manifest.database}，而本站点使用 {db.engine.dialect.name}，请检查 DATABASE_URL。",
            f"The backup is of {manifest.database}, this site is on {db.engine.dialect.name}: see the "
            "setting DATABASE_URL.",
        )
    need_whole(source / DATA, manifest)
    say("备份完整。", f"The backup is whole: {manifest.events} event(s), made {manifest.made_at[:19]} UTC.")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def _restore(folder: Path, source: Path) -> None:
    staged, aside = folder / STAGED, f"{REPLACED}{datetime.now(UTC):%Y%m%dT%H%M%S}"
    shutil.rmtree(staged, ignore_errors=True)
    try:
        _copy_beside(source / DATA, staged)
        if (staged / DUMP).exists():
            _load_dump(folder, staged, aside)
        _prove(staged)
        _swap(folder, staged, aside)
    except BaseException:
        if (folder / site.RESTORE_MARK).exists():
            _undo(folder)
        shutil.rmtree(staged, ignore_errors=True)
        click.echo("没有改动，原来的数据仍在原处。 Nothing was changed, the data are as before.", err=True)
        raise
    say("恢复完成，可以启动程序。", "The backup is in place; the program can be started.")


def _copy_beside(data: Path, staged: Path) -> None:
    staged.mkdir(0o700)
    paths = [path for path in data.rglob("*") if path.is_file()]
    for path in paths:
        copy_file(path, staged / path.relative_to(data), Pace(0))
    say(f"已把 {len(paths)} 个文件复制到数据旁边。", "The files were copied beside the data.")


def _prove(staged: Path) -> None:
    """Bring the copy up to date and check it, as a start and `flask verify` do."""
    init = ["init", "--demo"] if (staged / site.DEMO_MARK).exists() else ["init"]
    for words in (init, ["verify"]):
        done = program_in(staged, *words, DATABASE_URL=current_app.config["DATABASE_URL"])
        if done.returncode:
            click.echo(done.stdout + done.stderr, err=True, nl=False)
            raise trouble("副本检查未通过，已撤销。", "The copy did not pass its check.")
    tidy_copy(staged)
    shutil.rmtree(staged / "copies", ignore_errors=True)  # of before a migration: the backup is that copy
    say("副本已更新并检查。", f"The copy was brought up to date and checked: {done.stdout.splitlines()[-1]}")


def _load_dump(folder: Path, staged: Path, aside: str) -> None:
    """Put the dump in the place of the tables, which stay under another name."""
    postgres.need_alone()
    name = postgres.schema()
    db.session.rollback()
    db.engine.dispose()
    _write_mark(folder, {"aside": aside, "placing": False, "schema": name})
    postgres.set_aside(name, aside)
    say("原来的表已移到一旁。", f"The old tables were set aside in the schema {aside}.")
    postgres.load(db.engine.url, staged / DUMP, name)
    (staged / DUMP).unlink()
    say("已载入数据库。", "The database was loaded.")


def _swap(folder: Path, staged: Path, aside: str) -> None:
    """Set the data aside and move the copy into their place."""
    mark = _read_mark(folder) or {"aside": aside, "placing": False, "schema": None}
    _write_mark(folder, mark)
    (folder / aside).mkdir(0o700)
    for path in _entries(folder):
        path.rename(folder / aside / path.name)
    _write_mark(folder, mark | {"placing": True})
    for path in list(staged.iterdir()):
        path.rename(folder / path.name)
    sync_folder(folder / aside)
    sync_folder(folder)
    (folder / site.RESTORE_MARK).unlink()
    sync_folder(folder)
    staged.rmdir()
    say(f"原来的数据已移到 {folder / aside}。", "The old data were set aside there, whole.")


def _undo(folder: Path) -> None:
    """Put the data back that a restore has set aside and did not come to its end. What may be cut off itself
    is done in steps that can be repeated."""
    mark = _read_mark(folder)
    if mark is None:
        return
    aside = folder / mark["aside"]
    if mark["placing"]:
        for path in _entries(folder):
            _remove(path)
        mark["placing"] = False
        _write_mark(folder, mark)
    if aside.exists():
        for path in list(aside.iterdir()):
            _remove(folder / path.name)  # the program recreates some of them at each start
            path.rename(folder / path.name)
        aside.rmdir()
    if mark["schema"]:
        postgres.put_back(mark["schema"], mark["aside"])
    (folder / site.RESTORE_MARK).unlink()
    sync_folder(folder)
    say("已撤销中断的恢复。", "A restore that came to no end was undone.")


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _entries(folder: Path) -> Iterator[Path]:
    """Yield what is moved of a data folder: all but the marks, the copy, and what was set aside before."""
    for path in list(folder.iterdir()):
        if path.name not in STAYS and not path.name.startswith(REPLACED):
            yield path


def _read_mark(folder: Path) -> dict[str, Any] | None:
    try:
        return dict(json.loads((folder / site.RESTORE_MARK).read_text("utf-8")))
    except FileNotFoundError:
        return None


def _write_mark(folder: Path, mark: dict[str, Any]) -> None:
    site.write_whole(folder / site.RESTORE_MARK, json.dumps(mark).encode())
    sync_folder(folder)
