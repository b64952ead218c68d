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

from cs.extensions import begin_read, db
from cs.procedure.authority import AUTHORITY
from cs.queries.my_work import verify_tasks
from cs.records import events as chain
from cs.records.attachments import Attachment, verify_attachments
from cs.records.company import company
from cs.records.procedure import rulebook, verify_procedure_texts
from cs.records.record import KINDS
from cs.records.signatures import verify_signatures
from cs.records.verification import verify_records
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
    """Check the audit chains, records, signatures, rules, tasks and files; exit with 1 if anything is
    wrong."""
    begin_read()  # it may last, and the site is at work
    faults = [
        *chain.verify_events(),
        *verify_records(),
        *verify_signatures(),
        *verify_attachments(),
        *verify_procedure_texts(),
        *verify_tasks(datetime.now(UTC)),
    ]
    known = db.session.execute(select(Attachment.sha256).distinct()).scalars().all()
    known = [*known, *([logo] if (logo := company().logo) else [])]
    head = chain.site_head()
    db.session.expunge_all()
    db.session.rollback()  # the files are read without the database
    faults += [
        chain.Fault(f"file {sha256[:12]}", what)
        for sha256, what in current_app.extensions["files"].verify(known)
    ]
    for fault in faults:
        click.echo(f"{fault.where}: {fault.what}")
    click.echo(
        f"{head.seq} event(s), head {head.hash[:16]}: "
        + ("正确 all right" if not faults else f"{len(faults)} 处错误 fault(s)")
    )
    if faults:
        sys.exit(1)
