"""The preview of a table: what each column of the file is, what would come in, and the confirmation."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_login import current_user
from wtforms import HiddenField

from cs.blueprints.imports.reading import (
    FileReading,
    layout_as_kept,
    layout_of,
    pending_file,
    read_pending,
    reason_in_words,
)
from cs.extensions import db
from cs.imports import TableRefused
from cs.imports.kinds import Kind
from cs.imports.layouts import INTO_NOTES, LEFT_OUT, Layout
from cs.imports.plans import Plan, apply_plan, plan_import, portions_of
from cs.imports.tables import Line
from cs.imports.titles import HEADER_WITHIN, MAX_FILE_COLUMNS
from cs.procedure.authority import roles_with
from cs.records.attachments import PendingUpload
from cs.records.import_choices import ImportChoice
from cs.records.sections import sections
from cs.web.fields import StepForm
from cs.web.responses import go, is_htmx, say, show
from cs.web.submission import Outcome, Submission, write_at_once
from cs.wording.formats import list_in_words
from cs.wording.labels import choice, role_name, step_name

MAX_BAD_LINES_SHOWN = 200  # on the preview, beside their count
MAX_NEW_LINES_SHOWN = 10
MAX_TITLES_SHOWN = 12
PAUSE = 0.11  # seconds between two portions: SQLite lets others try for the lock every tenth of a second


class ConfirmForm(StepForm):
    """The button that imports; its request id makes a second press harmless, and `seen` says of which
    columns the person saw the preview."""

    seen = HiddenField()


class LayoutForm(StepForm):
    """What a person says of the file. It has no request id: sent again, it says the same."""


class _PendingTable(Submission):
    """A form on the preview of an uploaded table."""

    def __init__(self, form: StepForm, on: datetime, kind: Kind, token: str) -> None:
        super().__init__(form, on)
        self.kind, self.token = kind, token
        self.reading: Any = None  # a FileReading, once the table is read
        self.refusal: str | None = None  # why what was sent is not taken

    def load(self, *, lock: bool) -> PendingUpload | None:
        """Return the pending table; None when it is gone."""
        return pending_file(self.kind, self.token)

    def prepare(self, waiting: PendingUpload | None) -> None:
        """Read the table, once."""
        if waiting is not None and self.reading is None:
            self.reading = read_pending(self.kind, waiting)

    def show(self, waiting: PendingUpload | None, status: int) -> ResponseReturnValue:
        """Show the preview; go back where the table is gone."""
        if waiting is None and self.form.sent_already:
            say(gettext("This form was already submitted with different content."), "warning")
            return go(self.form.sent_already)
        if waiting is None:
            say(gettext("This table is no longer pending: it was imported or discarded."), "warning")
            return go(url_for("imports.upload", section=self.kind.section))
        self.prepare(waiting)
        return show_preview(self.reading, waiting, self.form, self.on, status, self.refusal)


class Confirmation(_PendingTable):
    """The form that imports an uploaded table: in portions, each planned again under the lock."""

    form: ConfirmForm
    written, skipped, bad = 0, 0, 0
    rest: list[Line]

    def is_outdated(self, waiting: PendingUpload | None) -> bool:
        if waiting is None or self.reading is None:
            return True
        return self.form.seen.data != self.reading.seen or layout_of(waiting) != self.reading.layout

    def show(self, waiting: PendingUpload | None, status: int) -> ResponseReturnValue:
        if status == 409:
            self.reading = None  # the person sees it as it is now
        return super().show(waiting, status)

    def is_refused_without_lock(self, waiting: PendingUpload) -> bool:
        return super().is_refused_without_lock(waiting) or not self._is_complete()

    def accepts(self, waiting: PendingUpload) -> bool:
        return super().accepts(waiting) and self._is_complete()

    def _is_complete(self) -> bool:
        return self.reading is not None and not self.reading.faults

    def act_ahead(self, waiting: PendingUpload) -> None:
        """Write all portions but the last. After what needs all records at once there is one alone."""
        made = plan_import(self.kind, self.reading.table, self.on)
        self.skipped, self.bad = made.skipped, len(made.bad)
        portions = portions_of(made)
        if self._after_import() is not None:
            portions = [[line for portion in portions for line in portion]]
        self.rest = portions.pop() if portions else []
        for lines in portions:
            write_at_once(partial(self._write, lines))
            time.sleep(PAUSE)

    def _write(self, lines: list[Line]) -> list[Any]:
        made = plan_import(self.kind, replace(self.reading.table, lines=lines), self.on)
        by = current_user._get_current_object()
        records = apply_plan(self.kind, made, self.reading.source, by=by, on=self.on)
        self.written += len(made.fresh)
        self.skipped += made.skipped
        self.bad += len(made.bad)
        return records

    def _after_import(self) -> Any:
        section = sections().named(self.kind.section)
        return section.after_import if section is not None else None

    def act(self, waiting: PendingUpload) -> Outcome:
        records = self._write(self.rest)
        db.session.delete(waiting)
        say(gettext("%(new)s imported, %(skipped)s skipped.", new=self.written, skipped=self.skipped))
        if self.bad:
            message = ngettext(
                "%(num)d line could not be imported. Read the same file again to see why: what was imported "
                "is not imported twice.",
                "%(num)d lines could not be imported. Read the same file again to see why: what was imported "
                "is not imported twice.",
                self.bad,
            )
            say(message, "warning")
        after_import = self._after_import()
        if after_import is not None and records:
            outcome: Outcome = after_import(records, current_user._get_current_object(), self.on)
            return outcome
        return Outcome(url_for(self.kind.list_endpoint, **self.kind.shown_by))


class LayoutChoice(_PendingTable):
    """The form above the preview: which sheets, which row of titles, what each column is."""

    form: LayoutForm
    valid = False
    names_columns = False

    def prepare(self, waiting: PendingUpload | None) -> None:
        if waiting is None or self.reading is not None:
            return
        before = read_pending(self.kind, waiting)
        layout = self._layout_sent(before)
        self.valid = layout is not None
        if not self.valid:
            self.refusal = gettext("The file does not have what was chosen. Please choose again.")
        try:
            self.reading = before if layout is None else read_pending(self.kind, waiting, layout)
        except TableRefused as refused:
            self.refusal = reason_in_words(refused)
            self.reading, self.valid = before, False

    def _layout_sent(self, before: FileReading) -> Layout | None:
        """Return what was sent; None where it names what the file or the kind of table does not have."""
        sheets = [_number(value) for value in request.form.getlist("sheet")]
        row = _number(request.form.get("row", str(before.table.header_row)))
        known = {sheet.index for sheet in before.table.sheets}
        if not known.issuperset(sheets) or row not in range(1, HEADER_WITHIN + 1):
            return None
        chosen = tuple(sorted({sheet for sheet in sheets if sheet is not None}))
        shown = tuple(sheet.index for sheet in before.table.sheets if sheet.chosen)
        if chosen in ((), shown):
            chosen = before.layout.sheets
        if row == before.table.header_row:
            row = before.layout.row
        targets = self._targets_sent(before)
        if targets is None:
            return None
        self.names_columns = bool(targets) and (chosen, row) == (before.layout.sheets, before.layout.row)
        return Layout(chosen, row, targets)

    def _targets_sent(self, before: FileReading) -> dict[str, str] | None:
        """Return {key of a column: what it is}; of two columns that would be the same, the one that was
        changed now comes first."""
        if request.form.get("titles") != before.titles:
            return {}  # of other columns than those shown
        allowed = {*self.kind.names, LEFT_OUT, *([INTO_NOTES] if self.kind.notes else [])}
        changed, same = {}, {}
        for name, value in request.form.items():
            if not name.startswith("column-"):
                continue
            number = _number(name.removeprefix("column-"))
            if number is None or number >= len(before.table.columns) or value not in allowed:
                return None
            column = before.table.columns[number]
            (same if column.target == value else changed)[column.key] = value
        taken = set(changed.values()) - {LEFT_OUT, INTO_NOTES}
        spare = INTO_NOTES if self.kind.notes else LEFT_OUT
        return changed | {key: spare if value in taken else value for key, value in same.items()}

    def is_outdated(self, waiting: PendingUpload | None) -> bool:
        return waiting is None

    def is_refused_without_lock(self, waiting: PendingUpload) -> bool:
        return super().is_refused_without_lock(waiting) or not self.valid

    def accepts(self, waiting: PendingUpload) -> bool:
        return super().accepts(waiting) and self.valid

    def act(self, waiting: PendingUpload) -> Outcome:
        waiting.layout = layout_as_kept(self.kind, self.reading.layout)
        by = current_user._get_current_object()
        if self.names_columns:
            targets = {column.key: column.target for column in self.reading.table.columns}
            ImportChoice.remember(
                self.kind.section, self.reading.table.fingerprints, targets, by=by, on=self.on
            )
        address = url_for("imports.preview", section=self.kind.section, token=self.token)
        return Outcome(address, self._fragment if is_htmx() else None)

    def _fragment(self) -> ResponseReturnValue:
        """Return the preview as it is now."""
        self.reading = None
        waiting = self.load(lock=False)
        return Confirmation(ConfirmForm(formdata=None), self.on, self.kind, self.token).show(waiting, 200)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else None


def show_preview(
    reading: FileReading,
    waiting: PendingUpload,
    form: StepForm,
    on: datetime,
    status: int,
    refusal: str | None,
) -> ResponseReturnValue:
    kind, table = reading.kind, reading.table
    faults = reading.faults
    made = Plan() if faults else plan_import(kind, table, on)
    unknown, follows = kind.left_out(table)
    confirm = form if isinstance(form, ConfirmForm) else ConfirmForm(formdata=None)
    confirm.seen.data = reading.seen
    if status == 409:
        confirm.request_id.data = secrets.token_urlsafe(16)
    return show(
        "imports/preview.html",
        "imports/_preview.html",
        status=status,
        kind=kind,
        form=confirm,
        refusal=refusal,
        outdated=status == 409 and not confirm.sent_already,
        reading=reading,
        table=table,
        layout=layout_of(waiting),
        plan=made,
        faults=faults,
        name=waiting.name,
        token=waiting.token,
        columns=reading.columns,
        titles={name: column.titles[0] for name, column in reading.columns.items()},
        targets=list(_targets(reading)),
        reason=reason_in_words,
        unknown=unknown,
        follows=follows,
        becomes=_states_after_import(kind, made),
        filled=_columns_shown(reading, made),
        lines_shown=MAX_BAD_LINES_SHOWN,
        titles_shown=MAX_TITLES_SHOWN,
        columns_read=MAX_FILE_COLUMNS,
        new_shown=MAX_NEW_LINES_SHOWN,
        shown=lambda line: _line_in_words(kind, line),
    )


def _columns_shown(reading: FileReading, made: Plan) -> set[str]:
    """Return the columns that the new lines are shown with: those of the file, and the notes where they hold
    what has no column of its own."""
    notes = reading.kind.notes
    shown = set(reading.table.columns_found)
    if notes and any(fresh.line.values[notes] for fresh in made.fresh[:MAX_NEW_LINES_SHOWN]):
        shown.add(notes)
    return shown


def _targets(reading: FileReading) -> Iterator[tuple[str, str, bool]]:
    """Yield what a column of the file may be: (value, in words, whether it must be there)."""
    for name, column in reading.columns.items():
        yield name, column.titles[0], column.required or name in reading.kind.one_of


def _states_after_import(kind: Kind, made: Plan) -> list[tuple[str, int, str | None]]:
    """Return (state, number of new records, who must then do what) in the order of the workflow."""
    if kind.model.workflow is None:
        return []
    codes = [state.code for state in kind.model.workflow.states if made.states[state.code]]
    return [(code, made.states[code], _awaited_in_state(kind, code)) for code in codes]


def _awaited_in_state(kind: Kind, state: str) -> str | None:
    for step in kind.model.workflow.steps:
        if step.primary and step.target and not step.reopens and state in step.sources:
            roles = list_in_words(map(role_name, roles_with(step.permission)))
            return f"{step_name(kind.model.kind, step.task)} ({roles})"
    return None


def _line_in_words(kind: Kind, line: Line) -> str:
    """Return the values of a line as they were read."""
    values = ((kind.groups.get(name), value) for name, value in line.values.items() if value is not None)
    return " · ".join(choice(group, str(value)) if group else str(value) for group, value in values)
