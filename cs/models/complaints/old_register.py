"""Complaints out of an old register (5.6, form 7.5): bringing them in. Their columns stand on Complaint."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from datetime import date, datetime, time, timedelta
from typing import Any

from cs.models.complaints.reply import Reply
from cs.models.holidays import work_calendar
from cs.procedure import complaint_rules
from cs.procedure import complaints as procedure
from cs.procedure.authority import Permission, role_for
from cs.procedure.workflow import NotAllowed
from cs.records.bulk import bring_in
from cs.records.numbers import next_numbers
from cs.records.procedure import local_day, rulebook, zone
from cs.records.texts import comparable
from cs.records.users import User

CLAUSE = "5.6"


def key_of(
    old_number: str | None,
    customer_id: int | None,
    heard_on: date | None,
    model: str | None,
    lot_no: str | None,
    text: str,
) -> str:
    """Return the identity of a line, by which it is known again; a hash, since a text may be long."""
    words = (old_number, str(customer_id), str(heard_on), model, lot_no, text)
    return hashlib.sha256("\n".join(comparable(word) for word in words).encode()).hexdigest()


def bring_in_lines(
    cls: type[Any],
    rows: list[dict[str, Any]],
    *,
    lines: list[int],
    files: list[list[str]],
    by: User,
    on: datetime,
) -> list[Any]:
    """Make new complaints (`cls`) out of the lines of an old register (5.6), each with its event
    `import`, which names the file ([name, hash]) and the row.

    A row holds days, not moments: each is kept as the beginning of its day. Nobody has signed what is
    imported, so it has no signatures. Its number is the next one of the month in which it was heard, so
    that this month's count is not disturbed. Raises NotAllowed, and IntegrityError where a line is there
    already: then none of them comes in.
    """
    if not by.may(Permission.IMPORT_HISTORY):
        raise NotAllowed("import")
    records: list[Any] = [
        _of_line(cls, values, line, files[0][0], on) for values, line in zip(rows, lines, strict=True)
    ]
    months: dict[str, list[Any]] = defaultdict(list)
    for record in sorted(records, key=lambda one: one.heard_at):
        months[record.heard_at.astimezone(zone()).strftime("%Y%m")].append(record)
    for month in months.values():
        day = local_day(month[0].heard_at)
        for record, number in zip(month, next_numbers(month[0].kind, day, len(month)), strict=True):
            record.number = number
    bring_in(
        records,
        "import",
        by,
        on,
        lines=lines,
        clause=CLAUSE,
        role=role_for(by.roles, Permission.IMPORT_HISTORY),
        files=files,
    )
    return records


def _of_line(cls: type[Any], values: dict[str, Any], line: int, file: str, on: datetime) -> Any:
    """Return a complaint that is not written yet, in the state in which its line left it."""
    kept = dict(values)
    replied_at, closed_at, due_at = (
        _beginning(kept.pop(name)) for name in ("replied_on", "closed_on", "reply_due_on")
    )
    heard_at, reply = _beginning(kept.pop("heard_on")), kept.pop("reply")
    record: Any = cls(
        state=kept.pop("state"),
        imported_from=file,
        imported_row=line,
        registered_at=on,
        heard_at=heard_at,
        replied_at=replied_at,
        closed_at=closed_at,
    )
    record.set_fields(kept)
    record.start_clock()
    if due_at is not None:
        record.reply_due_at = record.first_due_at = work_calendar().end_of(due_at.date())
    if reply is not None:
        record.replies.append(
            Reply(number=1, due_at=record.first_due_at, replied_at=record.replied_at, **reply)
        )
    record.counts_in_kpi = complaint_rules.counted_of_old_line(
        liability=record.liability, finding=record.finding
    )
    if record.state == procedure.AWAITING:
        record.follow_up_due_at = record.replied_at + timedelta(days=rulebook().reply.no_answer_days)
    return record


def _beginning(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), zone())
