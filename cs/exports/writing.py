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
from cs.printing.definition import ROWS_AT_ONCE, Register
from cs.printing.formats import FORMATS, file_name
from cs.processes import answers_of
from cs.records.sections import sections

log = logging.getLogger(__name__)

ROOT = Path(__file__).parents[2]
MAX_WRITING_SECONDS = 3600  # seconds after which a process that writes is given up
TELL_EVERY = 2  # seconds between two notes of how far a file is: each is a transaction
PAUSE = 2  # seconds after which the keeper looks by itself for what waits
TIDY_EVERY = 60
LOCK = "keeper"  # a file in the folder, held by the server that keeps the exports
CELL_ROOM = 120  # bytes that a cell may take on the disk while its file is written: twice, once unpacked
SPARE_ROOM = 64 * 1024 * 1024  # bytes that stay free on the disk: the database lives there too


def exports_folder() -> Path:
    """Return where the finished files are, under names that nobody can guess."""
    path: Path = current_app.config["CS_DATA"] / "exports"
    path.mkdir(exist_ok=True)
    return path


def retention_time() -> timedelta:
    return timedelta(hours=current_app.config["CS_EXPORT_HOURS"])


def reason_in_words(export: Export) -> str:
    """Return why there is no file, and what to do."""
    form = FORMATS.get(export.ending)
    reasons = {
        "disk_full": lambda: gettext(
            "There is no space left on the server's disk. Tell the administrator, then try again."
        ),
        "too_many_rows": lambda: gettext(
            "A file of the format %(format)s holds at most %(most)s lines. Choose a "
            "shorter period or another format.",
            format=form.title if form else "",
            most=f"{(form and form.max_lines) or 0:,}",
        ),
        "stopped": lambda: gettext("The program was stopped while it wrote this file. Please try again."),
        "too_long": lambda: gettext("This file took too long. Choose a shorter period."),
        "unknown": lambda: gettext("This register no longer exists in this version of the program."),
    }
    return reasons.get(
        export.reason or "",
        lambda: gettext("The program made an error, which has been logged. Please tell the administrator."),
    )()


# Writing one, in a process of its own


@dataclass(frozen=True)
class _CountedRegister(Register):
    """A register that calls `read` for each row that is read."""

    read: Callable[[], None] = field(kw_only=True)

    def rows(self, args: MultiDict[str, str]) -> Iterator[Row[Any]]:
        for row in super().rows(args):
            self.read()
            yield row


def write_file(token: str, tell: Callable[[dict[str, Any]], Any]) -> None:
    """Write the file of this attempt and print its progress: {"rows": n, "all": m}, at last {"done": name,
    "size": bytes} or {"failed": reason}.

    What goes wrong leaves no half file.
    """
    try:
        with _temporary_folder(token) as room:
            _write_register(token, room, tell)
    except Exception as error:
        full = is_disk_full(error) or (
            isinstance(error, XlsxWriterException)
            and error.__context__ is not None
            and is_disk_full(error.__context__)
        )
        log.exception("export")
        tell({"failed": "disk_full" if full else "broken"})


def _write_register(token: str, room: Path, tell: Callable[[dict[str, Any]], Any]) -> None:
    # One transaction from the first line to the last, so that the file is the register as of one moment. In
    # SQLite (WAL) no writer waits for it, but the log beside the database file grows meanwhile by what is
    # written (a few MB in the minute that the longest export takes). PostgreSQL keeps old rows for as long.
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
        count = register.listing.count_rows(args)
        progress = _ProgressReport(count, tell)
        if form.max_lines is not None and count > form.max_lines:
            tell({"failed": "too_many_rows"})
        elif shutil.disk_usage(room).free < SPARE_ROOM + count * len(register.columns) * CELL_ROOM:
            tell({"failed": "disk_full"})
        else:
            definition = {field.name: getattr(register, field.name) for field in fields(register)}
            counted = _CountedRegister(**definition, read=progress.count_row)
            with form.write(counted, args, on) as made:
                size = _store_file(made, room / "whole", exports_folder() / export.file_name)
            tell({"done": file_name(register, export.ending, on, to_the_minute=True), "size": size})


class _ProgressReport:
    """Counts the rows that are written, and reports the number now and then."""

    def __init__(self, count: int, tell: Callable[[dict[str, Any]], Any]) -> None:
        self.count, self.tell, self.rows = count, tell, 0
        self._say()

    def _say(self) -> None:
        self.at = time.monotonic()
        self.tell({"rows": self.rows, "all": self.count})

    def count_row(self) -> None:
        self.rows += 1
        if self.rows == self.count or (
            self.rows % ROWS_AT_ONCE == 0 and time.monotonic() - self.at >= TELL_EVERY
        ):
            self._say()


def _store_file(made: IO[bytes], path: Path, target: Path) -> int:
    """Move the finished file to `target`, whole or not at all; return its size."""
    with path.open("wb") as file:
        shutil.copyfileobj(made, file)
        file.flush()
        os.fsync(file.fileno())
    path.replace(target)
    return target.stat().st_size


@contextmanager
def _temporary_folder(token: str) -> Iterator[Path]:
    """Open a folder for what one file needs while it is written, on the disk where it will stand; gone at
    the end."""
    room, before = exports_folder() / f"{token}.parts", tempfile.tempdir
    room.mkdir()
    tempfile.tempdir = str(room)
    try:
        yield room
    finally:
        tempfile.tempdir = before
        shutil.rmtree(room, ignore_errors=True)


# What is wanted, begun, told and let go of: each a transaction


def begin_next() -> str | None:
    """Mark the next queued export as begun; return its token, or None when the queue is empty."""
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


def record_progress(token: str, answer: dict[str, Any]) -> bool:
    """Store what the process of this attempt reported; return False when its file is no longer wanted."""
    on = datetime.now(UTC)
    begin_write()
    export = Export.by_token(token)
    if export is not None and export.is_wanted:
        if "rows" in answer:
            export.rows_done, export.rows_all = answer["rows"], answer["all"]
        elif "done" in answer:
            export.finish(name=answer["done"], size=answer["size"], keep=retention_time(), on=on)
        else:
            export.fail(answer["failed"], keep=retention_time(), on=on)
        db.session.commit()
        return True
    if export is not None:
        db.session.delete(export)
    db.session.commit()
    if "rows" not in answer:  # else it is still being written
        delete_file(token)
    return False


def take_over() -> None:
    """Queue again the unfinished exports of a server that has ended, unless that happened too often, and
    delete files that belong to no export."""
    begin_write()
    for export in Export.cut_short():
        if export.attempts < MOST_ATTEMPTS:
            export.put_back()
        else:
            export.fail("stopped", keep=retention_time(), on=datetime.now(UTC))
    db.session.flush()
    known = Export.tokens()
    db.session.commit()
    for token in {path.name.split(".")[0] for path in exports_folder().iterdir()} - known - {LOCK}:
        delete_file(token)


def delete_expired_exports(on: datetime) -> None:
    """Delete expired files, and those of people who have left."""
    begin_read()
    if not Export.to_remove(on, retention_time()):
        return
    begin_write()
    gone = Export.to_remove(on, retention_time())
    tokens = [export.token for export in gone if export.token]
    for export in gone:
        db.session.delete(export)
    db.session.commit()
    for token in tokens:
        delete_file(token)


def delete_file(token: str) -> None:
    """Remove the file of this token. Windows keeps what somebody is reading: it goes with the next start."""
    for path in exports_folder().glob(f"{token}.*"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with suppress(OSError):
                path.unlink()


def wake_keeper() -> None:
    """Have the keeper of this server look for work at once; that of another process looks by itself."""
    keeper = current_app.extensions.get("exports")
    if keeper is not None:
        keeper.woken.set()


class ExportKeeper:
    """Runs queued exports, a few at a time, and deletes expired files. One for a data folder, however many
    servers there are."""

    def __init__(self, app: Flask) -> None:
        self.app, self.woken, self.writing = app, Event(), list[Thread]()
        self._has_taken_over, self._tidied = False, float("-inf")
        app.extensions["exports"] = self

    def start(self) -> None:
        Thread(target=self.run, name="exports", daemon=True).start()

    def run(self) -> None:
        """Run until the server ends; the processes that are writing end with it."""
        with self.lock() as lock:
            while True:
                try:
                    with self.app.app_context():
                        self.do_due_work(lock)
                except (
                    SQLAlchemyError,
                    OSError,
                ):  # the database is busy or gone, the disk full: the next look may find it well
                    log.exception("exports")
                self.woken.wait(PAUSE)
                self.woken.clear()

    def lock(self) -> closing[sqlite3.Connection]:
        """Lock what one keeper can hold at a time. The system lets go of it when the holder ends, however
        that was, and on Windows too."""
        with self.app.app_context():
            return closing(sqlite3.connect(exports_folder() / LOCK, timeout=0, isolation_level=None))

    def is_alone(self, lock: sqlite3.Connection) -> bool:
        """Return whether this keeper owns the folder; it takes it over as soon as no other does."""
        if not lock.in_transaction:
            with suppress(sqlite3.OperationalError):  # another one holds it
                lock.execute("PRAGMA journal_mode=MEMORY")  # else a second file stands beside it
                lock.execute("BEGIN EXCLUSIVE")
        return lock.in_transaction

    def do_due_work(self, lock: sqlite3.Connection) -> None:
        if not self.is_alone(lock):
            return
        if not self._has_taken_over:
            take_over()
            self._has_taken_over = True
        self.begin_queued()
        if time.monotonic() - self._tidied >= TIDY_EVERY:
            delete_expired_exports(datetime.now(UTC))
            self._tidied = time.monotonic()

    def begin_queued(self) -> None:
        """Begin queued exports, as many at a time as the setting allows."""
        self.writing = [thread for thread in self.writing if thread.is_alive()]
        while (
            len(self.writing) < self.app.config["CS_EXPORTS_AT_ONCE"] and (token := begin_next()) is not None
        ):
            thread = Thread(target=self.have_written, args=(token,), name="export", daemon=True)
            thread.start()
            self.writing.append(thread)

    def have_written(self, token: str) -> None:
        """Run one process from its first message to its last."""
        begun, last = time.monotonic(), {"failed": "stopped"}
        words = ("-m", "flask", "--app", "app", "exports", "write", token)
        environment = os.environ | {"CS_DATA": str(self.app.config["CS_DATA"])}
        options = {
            "cwd": ROOT,
            "env": environment,
            "creationflags": getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0),
        }
        try:
            with answers_of(*words, seconds=MAX_WRITING_SECONDS, stdin=subprocess.PIPE, **options) as answers:
                for answer in answers:
                    if "rows" not in answer:
                        last = answer
                    elif self.try_to_record(token, answer) is False:
                        break
        except OSError:  # the system begins no more processes
            log.exception("export")
        if "done" not in last:
            if time.monotonic() - begun >= MAX_WRITING_SECONDS:
                last = {"failed": "too_long"}
            with self.app.app_context():
                delete_file(token)  # what a process that was ended left behind
        while self.try_to_record(token, last) is None:
            time.sleep(PAUSE)
        self.woken.set()

    def try_to_record(self, token: str, answer: dict[str, Any]) -> bool | None:
        """Record the progress as `record_progress`; return None when the database cannot be written now."""
        try:
            with self.app.app_context():
                return record_progress(token, answer)
        except SQLAlchemyError:
            log.warning("exports: not noted", exc_info=True)
            return None
