"""The rules in force, and the check of all stored data."""

from __future__ import annotations

import dataclasses
import json
import sys
from datetime import UTC, datetime
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import select

from cs.cli.words import in_sentences
from cs.extensions import begin_read, db
from cs.files.store import FileStore
from cs.procedure.authority import AUTHORITY
from cs.queries.my_work import verify_tasks
from cs.records import events as chain
from cs.records.attachments import Attachment, verify_attachments
from cs.records.company import company
from cs.records.procedure import rulebook, verify_procedure_texts
from cs.records.record import KINDS
from cs.records.signatures import verify_signatures
from cs.records.verification import verify_database, verify_records, verify_times
from cs.records.workflowed import Workflowed


@click.command("procedure")
@click.option("--json", "as_json", is_flag=True, help="as JSON")
@with_appcontext
def procedure(as_json: bool) -> None:
    """Print the rules in force."""
    rules = rulebook()
    if not as_json:
        click.echo(rules.text)
        return
    click.echo(json.dumps(rules_in_force(), ensure_ascii=False, indent=1, default=_plain_value))


def rules_in_force() -> dict[str, Any]:
    """Return the whole procedure as plain values: the tables of its files, the authority matrix, the
    workflows."""
    rules = dataclasses.asdict(rulebook())
    del rules["text"], rules["files"]
    rules["authority"] = [dataclasses.asdict(row) for row in AUTHORITY]
    rules["workflows"] = {
        kind: dataclasses.asdict(cls.workflow) for kind, cls in KINDS.items() if issubclass(cls, Workflowed)
    }
    return rules


def _plain_value(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


@click.command("verify")
@with_appcontext
def verify() -> None:
    """Check the database file, audit chains, records, signatures, rules, tasks and files; exit with 1 if
    anything is wrong. Times that run backwards are listed, but are no fault: a clock was put back."""
    with in_sentences():
        begin_read()  # it may last, and the site is at work
        faults, notes = find_faults(), list(verify_times())
        head = chain.site_head()
        faults += find_file_faults(current_app.extensions["files"])
    for note in notes:
        click.echo(f"注意 note: {note.where}: {note.what}")
    for fault in faults:
        click.echo(f"{fault.where}: {fault.what}")
    click.echo(
        f"{head.seq} event(s), head {head.hash[:16]}: "
        + ("正确 all right" if not faults else f"{len(faults)} 处错误 fault(s)")
    )
    if faults:
        sys.exit(1)


def find_faults() -> list[chain.Fault]:
    """Return what is wrong in the database. Call it within a reading transaction."""
    if damage := list(verify_database()):
        return damage  # what else is read from it proves nothing
    return [
        *chain.verify_events(),
        *verify_records(),
        *verify_signatures(),
        *verify_attachments(),
        *verify_procedure_texts(),
        *verify_tasks(datetime.now(UTC)),
    ]


def find_file_faults(store: FileStore) -> list[chain.Fault]:
    """Return what is wrong with the files that the database names. Ends the transaction: the files are read
    without the database."""
    known = db.session.execute(select(Attachment.sha256).distinct()).scalars().all()
    known = [*known, *([logo] if (logo := company().logo) else [])]
    db.session.expunge_all()
    db.session.rollback()
    return [chain.Fault(f"file {sha256[:12]}", what) for sha256, what in store.verify(known)]
