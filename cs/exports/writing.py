"""Registers that are too long to be answered at once are written in the background, and wait for their person
as a file.

Three parts. `write()` writes one, in a process of its own (`flask exports write TOKEN`): it only reads the
database, and tells in JSON lines how far it is. The `Keeper`, a thread of the server, begins what waits,
people in turn, notes what the processes tell, and removes what has been kept for long enough. The pages write
down what is wanted and show how far it is.
"""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import IO, Any
from urllib.parse import parse_qsl

from flask import Flask, current_app
from flask_babel import force_locale, gettext
from sqlalchemy import Row
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import MultiDict
from xlsxwriter.exceptions import XlsxWriterException

from cs.extensions import begin_read, begin_write, db, is_disk_full
from cs.models.exports import MOST_ATTEMPTS, Export
from cs.printing.definition import BATCH, Register
from cs.printing.formats import FORMATS, file_name
from cs.processes import answers_of
from cs.records.sections import sections

log = logging.getLogger(__name__)

ROOT = Path(__file__).parents[2]
LONGEST = 3600  # seconds after which a process that writes is given up
TELL_EVERY = 2  # seconds between two notes of how far a file is: each is a transaction
PAUSE = 2  # seconds after which the keeper looks by itself for what waits
TIDY_EVERY = 60
LOCK = "keeper"  # a file in the folder, held by the server that keeps the exports
CELL_ROOM = 120  # bytes that a cell may take on the disk while its file is written: twice, once unpacked
SPARE_ROOM = 64 * 1024 * 1024  # bytes that stay free on the disk: the database lives there too


def folder() -> Path:
    """Where the finished files stand, by names that nobody can guess."""
    path: Path = current_app.config["CS_DATA"] / "exports"
    path.mkdir(exist_ok=True)
    return path


def kept_for() -> timedelta:
    return timedelta(hours=current_app.config["CS_EXPORT_HOURS"])


def reason_in_words(export: Export) -> str:
    """Why there is no file, and what to do."""
    form = FORMATS.get(export.ending)
    said = {
        "disk_full": lambda: gettext(
            "There is no space left on the server's disk. Tell the administrator, then try again."
        ),
        "too_many_rows": lambda: gettext(
            "A file of the format %(format)s holds at most %(most)s lines. Choose a "
            "shorter period or another format.",
            format=form.title if form else "",
            most=f"{(form and form.most) or 0:,}",
        ),
        "stopped": lambda: gettext("The program was stopped while it wrote this file. Please try again."),
        "too_long": lambda: gettext("This file took too long. Choose a shorter period."),
        "unknown": lambda: gettext("This register no longer exists in this version of the program."),
    }
    return said.get(
        export.reason or "",
        lambda: gettext("The program made an error, which has been logged. Please tell the administrator."),
    )()


# Writing one, in a process of its own


@dataclass(frozen=True)
class _Watched(Register):
    """A register that says so whenever a row of it has been read."""

    read: Callable[[], None] = field(kw_only=True)

    def rows(self, args: MultiDict[str, str]) -> Iterator[Row[Any]]:
        for row in super().rows(args):
            self.read()
            yield row


def write(token: str, tell: Callable[[dict[str, Any]], Any]) -> None:
    """Writes the file of this attempt and tells how far it is: {"rows": n, "all": m}, at last {"done": name,
    "size": bytes} or {"failed": reason}.

    What goes wrong leaves no half file.
    """
    try:
        with _room_for(token) as room:
            _write(token, room, tell)
    except Exception as error:
        full = is_disk_full(error) or (
            isinstance(error, XlsxWriterException)
            and error.__context__ is not None
            and is_disk_full(error.__context__)
        )
        log.exception("export")
        tell({"failed": "disk_full" if full else "broken"})


def _write(token: str, room: Path, tell: Callable[[dict[str, Any]], Any]) -> None:
    # One reading from the first line to the last, so the file is the register as it stood at one moment. In
    # SQLite (WAL) no
    # writer waits for it; but what is written meanwhile stays in the log beside the database file, which
    # grows by that much
    # (a few MB in the minute that the longest export takes) and is used anew afterwards. PostgreSQL keeps old
    # rows for as long.
    begin_read()
    on = datetime.now(UTC)
    export = Export.by_token(token)
    if export is None:
        return
    register, form = sections().registers.get(export.register), FORMATS.get(export.ending)
    if register is None or form is None:
        tell({"failed": "unknown"})
        return
    args = MultiDict(parse_qsl(export.asked))
    with force_locale(export.language):
        count = register.listing.count(args)
        told = _Told(count, tell)
        if form.most is not None and count > form.most:
            tell({"failed": "too_many_rows"})
        elif shutil.disk_usage(room).free < SPARE_ROOM + count * len(register.columns) * CELL_ROOM:
            tell({"failed": "disk_full"})
        else:
            facts = {one.name: getattr(register, one.name) for one in fields(register)}
            with form.write(_Watched(**facts, read=told.row), args, on) as made:
                size = _keep(made, room / "whole", folder() / export.file_name)
            tell({"done": file_name(register, export.ending, on, to_the_minute=True), "size": size})


class _Told:
    """Counts the rows and tells it now and then."""

    def __init__(self, count: int, tell: Callable[[dict[str, Any]], Any]) -> None:
        self.count, self.tell, self.rows = count, tell, 0
        self._say()

    def _say(self) -> None:
        self.at = time.monotonic()
        self.tell({"rows": self.rows, "all": self.count})

    def row(self) -> None:
        self.rows += 1
        if self.rows == self.count or (self.rows % BATCH == 0 and time.monotonic() - self.at >= TELL_EVERY):
            self._say()


def _keep(made: IO[bytes], path: Path, target: Path) -> int:
    """Puts the finished file in its place, whole or not at all; its size."""
    with path.open("wb") as file:
        shutil.copyfileobj(made, file)
        file.flush()
        os.fsync(file.fileno())
    path.replace(target)
    return target.stat().st_size


@contextmanager
def _room_for(token: str) -> Iterator[Path]:
    """A folder for what is laid down while one file is written, on the disk where it will stand; gone at the
    end."""
    room, before = folder() / f"{token}.parts", tempfile.tempdir
    room.mkdir()
    tempfile.tempdir = str(room)
    try:
        yield room
    finally:
        tempfile.tempdir = before
        shutil.rmtree(room, ignore_errors=True)


# What is wanted, begun, told and let go of: each a transaction


def begin_next() -> str | None:
    """Begins what is next; its token, or None when nothing waits."""
    begin_read()
    if not Export.awaited():
        return None
    begin_write()
    while (export := Export.next()) is not None and not export.is_wanted:
        db.session.delete(export)
        db.session.flush()
    if export is not None:
        export.begin()
    token = export.token if export is not None else None
    db.session.commit()
    return token


def note(token: str, answer: dict[str, Any]) -> bool:
    """Writes down what the process of this attempt told; False when nobody wants its file any more."""
    on = datetime.now(UTC)
    begin_write()
    export = Export.by_token(token)
    if export is not None and export.is_wanted:
        if "rows" in answer:
            export.rows_done, export.rows_all = answer["rows"], answer["all"]
        elif "done" in answer:
            export.finish(name=answer["done"], size=answer["size"], keep=kept_for(), on=on)
        else:
            export.fail(answer["failed"], keep=kept_for(), on=on)
        db.session.commit()
        return True
    if export is not None:
        db.session.delete(export)
    db.session.commit()
    if "rows" not in answer:  # else it is still being written
        drop(token)
    return False


def take_over() -> None:
    """After the end of another server: what it had not finished waits again, unless that happened too often;
    what nobody knows of goes."""
    begin_write()
    for export in Export.cut_short():
        if export.attempts < MOST_ATTEMPTS:
            export.put_back()
        else:
            export.fail("stopped", keep=kept_for(), on=datetime.now(UTC))
    db.session.flush()
    known = Export.tokens()
    db.session.commit()
    for token in {path.name.split(".")[0] for path in folder().iterdir()} - known - {LOCK}:
        drop(token)


def tidy(on: datetime) -> None:
    """Lets go of the files that have been kept for long enough, and of those of people who have left."""
    begin_read()
    if not Export.to_remove(on, kept_for()):
        return
    begin_write()
    gone = Export.to_remove(on, kept_for())
    tokens = [export.token for export in gone if export.token]
    for export in gone:
        db.session.delete(export)
    db.session.commit()
    for token in tokens:
        drop(token)


def drop(token: str) -> None:
    """Removes what stands under this token. Windows keeps what somebody is reading: it goes with the next
    start."""
    for path in folder().glob(f"{token}.*"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with suppress(OSError):
                path.unlink()


def wake() -> None:
    """Something is wanted: the keeper of this server looks at once. That of another process looks by
    itself."""
    keeper = current_app.extensions.get("exports")
    if keeper is not None:
        keeper.woken.set()


class Keeper:
    """Has written what waits, some at once, and removes what is over. One for a data folder, however many
    servers there are."""

    def __init__(self, app: Flask) -> None:
        self.app, self.woken, self.writing = app, Event(), list[Thread]()
        self._has_taken_over, self._tidied = False, float("-inf")
        app.extensions["exports"] = self

    def start(self) -> None:
        Thread(target=self.run, name="exports", daemon=True).start()

    def run(self) -> None:
        """Until the server ends; what is being written then ends with it."""
        with self.lock() as lock:
            while True:
                try:
                    with self.app.app_context():
                        self.look(lock)
                except (
                    SQLAlchemyError,
                    OSError,
                ):  # the database is busy or gone, the disk full: the next look may find it well
                    log.exception("exports")
                self.woken.wait(PAUSE)
                self.woken.clear()

    def lock(self) -> closing[sqlite3.Connection]:
        """What one keeper can hold at a time. The system lets go of it when the holder ends, however that
        was, and on Windows too."""
        with self.app.app_context():
            return closing(sqlite3.connect(folder() / LOCK, timeout=0, isolation_level=None))

    def is_alone(self, lock: sqlite3.Connection) -> bool:
        """Whether this one keeps the folder; it does as soon as no other does."""
        if not lock.in_transaction:
            with suppress(sqlite3.OperationalError):  # another one holds it
                lock.execute("PRAGMA journal_mode=MEMORY")  # else a second file stands beside it
                lock.execute("BEGIN EXCLUSIVE")
        return lock.in_transaction

    def look(self, lock: sqlite3.Connection) -> None:
        """What is to be done now."""
        if not self.is_alone(lock):
            return
        if not self._has_taken_over:
            take_over()
            self._has_taken_over = True
        self.begin()
        if time.monotonic() - self._tidied >= TIDY_EVERY:
            tidy(datetime.now(UTC))
            self._tidied = time.monotonic()

    def begin(self) -> None:
        """Begins what waits, as many at once as the setting allows."""
        self.writing = [one for one in self.writing if one.is_alive()]
        while (
            len(self.writing) < self.app.config["CS_EXPORTS_AT_ONCE"] and (token := begin_next()) is not None
        ):
            thread = Thread(target=self.have_written, args=(token,), name="export", daemon=True)
            thread.start()
            self.writing.append(thread)

    def have_written(self, token: str) -> None:
        """Sees one process through, from its first word to its last."""
        begun, last = time.monotonic(), {"failed": "stopped"}
        words = ("-m", "flask", "--app", "app", "exports", "write", token)
        environment = os.environ | {"CS_DATA": str(self.app.config["CS_DATA"])}
        options = {
            "cwd": ROOT,
            "env": environment,
            "creationflags": getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0),
        }
        try:
            with answers_of(*words, seconds=LONGEST, stdin=subprocess.PIPE, **options) as answers:
                for answer in answers:
                    if "rows" not in answer:
                        last = answer
                    elif self.noted(token, answer) is False:
                        break
        except OSError:  # the system begins no more processes
            log.exception("export")
        if "done" not in last:
            if time.monotonic() - begun >= LONGEST:
                last = {"failed": "too_long"}
            with self.app.app_context():
                drop(token)  # what a process that was ended left behind
        while self.noted(token, last) is None:
            time.sleep(PAUSE)
        self.woken.set()

    def noted(self, token: str, answer: dict[str, Any]) -> bool | None:
        """As `note`; None when the database cannot be written now."""
        try:
            with self.app.app_context():
                return note(token, answer)
        except SQLAlchemyError:
            log.warning("exports: not noted", exc_info=True)
            return None
