"""The rows of measures in a form: those of a CAR and those of a complaint that needs none (7.4-48)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import RadioField
from wtforms.validators import InputRequired

from cs.models.measures import Measure
from cs.procedure import capa as procedure
from cs.procedure.authority import Permission
from cs.records.attachments import Attachment
from cs.records.record import Record
from cs.web.fields import Choice, Day, LongText, Reference, parse_record_id, reference_choices
from cs.web.options import people_to_choose
from cs.web.rows import RowForm, Rows
from cs.wording.labels import choice, label

COLUMNS = ("action_kind", "content", "cause_kind", "owner_id", "planned_on")


class MeasureRow(RowForm):
    """7.4-48: one measure."""

    action_kind = Choice("action_kind", "action_kind")
    content = LongText("content", most=1000)
    cause_kind = Choice("cause_kind", "cause_kind")
    owner_id = Reference("owner")
    planned_on = Day("planned_on")

    decisive = ("content", "owner_id", "planned_on")
    noun = "actions"

    def check(self) -> None:
        for name in ("action_kind", "content", "owner_id", "planned_on"):
            if not (self[name].data or self[name].errors):
                self.fault(name, gettext("Please fill this in."))


def owners_to_choose() -> list[tuple[Any, str]]:
    return reference_choices(
        [(person.id, person.name) for person in people_to_choose(Permission.ANSWER_CAPA)]
    )


def offer_owners(rows: Rows) -> None:
    """Offer in each row who can carry out a measure."""
    offered = owners_to_choose()
    for entry in rows.entries:
        entry.form.owner_id.choices = offered


def columns_of(rows: Rows) -> list[dict[str, Any]]:
    """Return the filled rows as a verb takes them."""
    return rows.values_of(*COLUMNS)


def fault_of_measures(rows: Rows, done: tuple[str, ...] = ()) -> str | None:
    """Return in words what the rows lack, beside measures of the kinds that are `done`; None if nothing."""
    if not rows.filled:
        return str(gettext("Enter at least one measure."))
    kinds = [row.action_kind.data for row in rows.filled]
    if procedure.measure_faults((*kinds, *done)):
        return str(
            gettext("At least one corrective action is needed: without it the cause remains (5.2.2.5).")
        )
    return None


def which_measure(key: str) -> RadioField:
    """Return the field that names one of several measures."""
    return RadioField(
        label(key), [InputRequired(lazy_gettext("Please choose one."))], choices=[], coerce=parse_record_id
    )


def measure_in_words(row: Measure) -> str:
    return f"{choice('action_kind', row.action_kind)} · {row.content} · {row.planned_on}"


def evidence_of_measures(record: Record, rows: Iterable[Measure]) -> dict[datetime, list[Attachment]]:
    """Return the files that came with each measure that is carried out, by the moment of its report."""
    moments = {row.done_at for row in rows if row.done_at}
    evidence: dict[datetime, list[Attachment]] = {}
    for file in Attachment.of(record) if moments else ():
        if file.at in moments and not file.void_reason:
            evidence.setdefault(file.at, []).append(file)
    return evidence


def check_evidence(form: Any) -> None:
    """Refuse the form of a step that reports something as carried out without any file."""
    if not (form.has_files or form.files.errors):
        form.fault("files", gettext("Add the evidence: a photograph, a measurement or a report."))
