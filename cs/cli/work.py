"""Background work: the tasks rebuilt, the queued exports written."""

from __future__ import annotations

import json
import os
import signal
import threading
from datetime import UTC, datetime

import click
from flask import current_app
from flask.cli import AppGroup

from cs.exports.writing import ExportKeeper, write_file
from cs.extensions import db
from cs.records.personal_tasks import rebuild_tasks

tasks = AppGroup("tasks", help="What waits for whom.")


@tasks.command("rebuild")
def rebuild() -> None:
    """Writes all tasks anew from the records."""
    count = rebuild_tasks(datetime.now(UTC))
    db.session.commit()
    click.echo(f"{count} 项待办 task(s)")


exports = AppGroup("exports", help="Registers that are written in the background.")


@exports.command("work")
def work() -> None:
    """Has them written until it is told to stop; for a server other than `serve`, which does so by itself."""
    ExportKeeper(current_app._get_current_object()).run()  # type: ignore[attr-defined]


@exports.command("write", hidden=True)
@click.argument("token")
def write_export(token: str) -> None:
    """Writes one and tells how far it is; its keeper begins this process, and it ends with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(10)  # the pages go first
    write_file(token, lambda answer: click.echo(json.dumps(answer)))


def _end_with_parent() -> None:
    """However the parent ends, the system closes what it held: our input then ends.

    Read from the system itself: Python's own stdin is locked while a thread waits for it, and a process that
    has done its work could not end.
    """
    while os.read(0, 1):
        pass
    os._exit(1)
