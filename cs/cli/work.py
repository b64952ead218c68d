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
from cs.models.replenishments.settling import settle_signatures
from cs.records.personal_tasks import rebuild_tasks

tasks = AppGroup("tasks", help="The index of tasks.")


@tasks.command("rebuild")
def rebuild() -> None:
    """Rebuild all tasks from the records."""
    on = datetime.now(UTC)
    settle_signatures(on)
    count = rebuild_tasks(on)
    db.session.commit()
    click.echo(f"{count} 项待办 task(s)")


exports = AppGroup("exports", help="Registers written in the background.")


@exports.command("work")
def work() -> None:
    """Write queued exports until stopped. Needed only with a server other than `serve`, which does so
    itself."""
    ExportKeeper(current_app._get_current_object()).run()  # type: ignore[attr-defined]


@exports.command("write", hidden=True)
@click.argument("token")
def write_export(token: str) -> None:
    """Write one export and report progress. The keeper starts this process, which ends with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(10)  # the pages go first
    write_file(token, lambda answer: click.echo(json.dumps(answer)))


def _end_with_parent() -> None:
    """End this process when its parent ends, which closes our input however it ended.

    Read from the system itself: Python's own stdin is locked while a thread waits for it, and a process that
    has done its work could not end.
    """
    while os.read(0, 1):
        pass
    os._exit(1)
