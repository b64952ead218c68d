"""Import from Excel and CSV: upload, preview, confirm. No record is written before the confirmation.

Between preview and confirmation the table is a pending upload of its person. Both read it again: a preview
that was open for hours is checked against the records as they are by then.
"""

from __future__ import annotations

import io
import secrets
from datetime import UTC, datetime
from typing import Any

import xlsxwriter
from flask import Blueprint, Response, abort, current_app, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user
from flask_wtf.file import FileField

from cs.extensions import db
from cs.files.store import MEGABYTE, FileRefused
from cs.imports import TABLE_NAMES, Column, Limits, Line, Problem, Table, TableRefused, read_table
from cs.imports.plans import Kind, Plan, apply_plan, plan_import
from cs.imports.words import REASONS
from cs.procedure.authority import Permission, roles_with
from cs.records.attachments import PendingUpload
from cs.records.sections import Section, sections
from cs.web.access import signed_in
from cs.web.fields import StepForm
from cs.web.pending_files import file_message, file_store
from cs.web.responses import go, say, show
from cs.web.submission import Outcome, Submission
from cs.wording.formats import list_in_words
from cs.wording.labels import choice, label, role_name, step_name
from cs.wording.language import current_language

MAX_ROWS = 5_000  # an import is one transaction of a few seconds, during which nobody else writes
blueprint = Blueprint("imports", __name__, url_prefix="/<section>/import")

MAX_BAD_LINES_SHOWN = 200  # on the preview, beside their count
MAX_NEW_LINES_SHOWN = 10


class UploadForm(StepForm):
    table = FileField(label("import_file"), render_kw={"accept": ",".join(TABLE_NAMES.split())})


class ConfirmForm(StepForm):
    """The button that imports; its request id makes a second press harmless."""


def _importable_kind(section: str, *also: Permission) -> Kind:
    """Return what a section imports, for people with its permission or one of the others."""
    named = sections().named(section)
    kind: Kind | None = named.table if named is not None else None
    if kind is None:
        abort(404)
    if not any(current_user.may(permission) for permission in (kind.permission, *also)):
        abort(403)
    return kind


def reason_in_words(problem: Problem | TableRefused) -> str:
    """Return why a line or file is refused, in words."""
    return gettext(REASONS[problem.code], **problem.params)


def _read_table_file(kind: Kind, stream: Any, name: str) -> tuple[Table, dict[str, Column]]:
    """Return the table of a file, and its columns by name.

    Raise TableRefused when it cannot be read, or none of its lines could be imported.
    """
    columns = kind.columns(current_language())
    table = read_table(
        stream, name, columns, Limits(size=current_app.config["CS_FILE_MB"] * MEGABYTE, rows=MAX_ROWS)
    )
    if faults := kind.faults(table, columns):
        raise TableRefused(faults[0].code, **faults[0].params)
    return table, {column.name: column for column in columns}


# Upload


class _Upload(Submission):
    """The form that uploads a table."""

    form: UploadForm

    def __init__(self, form: UploadForm, on: datetime, kind: Kind) -> None:
        super().__init__(form, on)
        self.kind = kind
        self.table_fault: str | None = None
        self.stored: Any = None  # the file in the store, once the table was readable

    def prepare(self, record: None) -> None:
        """Read the table and store its file."""
        sent = self.form.table.data
        if not sent or not sent.filename:
            self.table_fault = gettext("Please choose a file.")
            return
        try:
            _read_table_file(self.kind, sent.stream, sent.filename)
            sent.stream.seek(0)
            self.stored = file_store().accept(sent.stream, sent.filename)
        except TableRefused as refused:
            self.table_fault = reason_in_words(refused)
        except FileRefused as refused:
            self.table_fault = file_message(refused)

    def is_refused_without_lock(self, record: None) -> bool:
        return not self.accepts(record)

    def accepts(self, record: None) -> bool:
        if super().accepts(record) and self.table_fault:
            self.form.fault("table", self.table_fault)
        return not self.form.errors

    def act(self, record: None) -> Outcome:
        stored = self.stored
        waiting = PendingUpload(
            token=secrets.token_urlsafe(16),
            user_id=current_user.id,
            at=self.on,
            sha256=stored.sha256,
            name=stored.name,
            mime=stored.mime,
            size=stored.size,
            is_image=False,
        )
        db.session.add(waiting)
        return Outcome(url_for("imports.preview", section=self.kind.section, token=waiting.token))

    def show(self, record: None, status: int) -> ResponseReturnValue:
        return show(
            "imports/upload.html",
            status=status,
            kind=self.kind,
            form=self.form,
            columns=self.kind.columns(current_language()),
            choice=choice,
            endings=TABLE_NAMES,
        )


@blueprint.route("/", methods=["GET", "POST"])
@signed_in
def upload(section: str) -> ResponseReturnValue:
    """Accept the file if it is a readable table, and go on to the preview."""
    kind = _importable_kind(section)
    submission = _Upload(UploadForm(), datetime.now(UTC), kind)
    return submission.take() if request.method == "POST" else submission.show(None, 200)


@blueprint.route("/example.xlsx")
@signed_in
def example(section: str) -> Response:
    """Download an empty table with its titles, and a second sheet that explains the columns. The
    administrator hands it to those who import."""
    kind = _importable_kind(section, Permission.ADMINISTER)
    columns = kind.columns(current_language())
    file = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(file, options) as book:
        bold, text = (
            book.add_format({"bold": True, "bg_color": "#E6F0EF", "border": 1}),
            book.add_format({"num_format": "@"}),
        )
        day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        sheet, help_sheet = book.add_worksheet(gettext("Import")), book.add_worksheet(gettext("Columns"))
        sheet.freeze_panes(1, 0)
        for index, column in enumerate(columns):
            sheet.write_string(0, index, column.titles[0] + (" *" if column.required else ""), bold)
            sheet.set_column(
                index,
                index,
                max(12, 2 * len(column.titles[0])),
                {"date": day, "integer": None}.get(column.kind, text),
            )
        heads = (
            gettext("Column"),
            gettext("Required"),
            gettext("Example"),
            gettext("Possible"),
            gettext("Also accepted"),
        )
        for index, head in enumerate(heads):
            help_sheet.write_string(0, index, head, bold)
        help_sheet.set_column(0, 4, 24, text)
        for row, column in enumerate(columns, start=1):
            value = kind.examples[0].get(column.name)
            group = kind.groups.get(column.name)
            sample = choice(group, value) if group else str(value or "")
            cells = (
                column.titles[0],
                choice("yes_no", "yes") if column.required else "",
                sample,
                list_in_words(column.possible),
                list_in_words(column.titles[1:]),
            )
            for index, cell in enumerate(cells):
                help_sheet.write_string(row, index, cell)
    file.seek(0)
    return send_file(
        file,
        as_attachment=True,
        download_name=f"{gettext('Import')}-{section}.xlsx",
        mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )


# Preview and confirm


class _Confirmation(Submission):
    """The form that imports an uploaded table: planned again under the lock, all in one transaction."""

    form: ConfirmForm

    def __init__(self, form: ConfirmForm, on: datetime, kind: Kind, token: str) -> None:
        super().__init__(form, on)
        self.kind, self.token = kind, token
        self.table: Any = None
        self.columns: dict[str, Column] = {}

    def load(self, *, lock: bool) -> PendingUpload | None:
        """Return the pending table; None when it is gone or another person's."""
        if not self.token.isprintable():
            return None
        return next(iter(PendingUpload.of(current_user, [self.token])), None)

    def prepare(self, waiting: PendingUpload | None) -> None:
        """Read the table, once."""
        if waiting is None or self.table is not None:
            return
        with file_store().open(waiting.sha256) as stream:
            self.table, self.columns = _read_table_file(self.kind, stream, waiting.name)

    def is_outdated(self, waiting: PendingUpload | None) -> bool:
        return waiting is None

    def act(self, waiting: PendingUpload) -> Outcome:
        made = plan_import(self.kind, self.table, self.on)
        source = [waiting.name, waiting.sha256]
        by = current_user._get_current_object()
        records = apply_plan(self.kind, made, source, by=by, on=self.on)
        db.session.delete(waiting)
        say(gettext("%(new)s imported, %(skipped)s skipped.", new=len(made.fresh), skipped=made.skipped))
        section = sections().named(self.kind.section)
        if section is not None and section.after_import is not None and records:
            outcome: Outcome = section.after_import(records, by, self.on)
            return outcome
        return Outcome(url_for(self.kind.list_endpoint, **self.kind.shown_by))

    def show(self, waiting: PendingUpload | None, status: int) -> ResponseReturnValue:
        """Show the preview; go back where the table is gone."""
        if waiting is None and self.form.sent_already:
            say(gettext("This form was already submitted with different content."), "warning")
            return go(self.form.sent_already)
        if waiting is None:
            say(gettext("This table is no longer pending: it was imported or discarded."), "warning")
            return go(url_for("imports.upload", section=self.kind.section))
        self.prepare(waiting)
        return self._preview(self.table, waiting.name, status)

    def _preview(self, table: Any, name: str, status: int) -> ResponseReturnValue:
        made = plan_import(self.kind, table, self.on)
        unknown, follows = self.kind.left_out(table)
        return show(
            "imports/preview.html",
            status=status,
            kind=self.kind,
            form=self.form,
            table=table,
            plan=made,
            name=name,
            columns=self.columns,
            titles={name: column.titles[0] for name, column in self.columns.items()},
            reason=reason_in_words,
            unknown=unknown,
            follows=follows,
            becomes=_states_after_import(self.kind, made),
            lines_shown=MAX_BAD_LINES_SHOWN,
            new_shown=MAX_NEW_LINES_SHOWN,
            shown=lambda line: _line_in_words(self.kind, line),
        )


@blueprint.route("/<token>", methods=["GET", "POST"])
@signed_in
def preview(section: str, token: str) -> ResponseReturnValue:
    """Show what would be imported, and what not and why; then import it."""
    submission = _Confirmation(ConfirmForm(), datetime.now(UTC), _importable_kind(section), token)
    try:
        if request.method == "POST" and submission.form.request_id.data:
            return submission.take()
        return submission.show(submission.load(lock=False), 200)
    except TableRefused as refused:
        say(reason_in_words(refused), "danger")
        return go(url_for("imports.upload", section=section))


def _states_after_import(kind: Kind, made: Plan) -> list[tuple[str, int, str | None]]:
    """Return (state, number of new records, what is then awaited of whom) in the order of the workflow."""
    if kind.model.workflow is None:
        return []
    codes = [state.code for state in kind.model.workflow.states if made.states[state.code]]
    return [(code, made.states[code], _awaited_in_state(kind, code)) for code in codes]


def _awaited_in_state(kind: Kind, state: str) -> str | None:
    for step in kind.model.workflow.steps:
        if step.primary and step.target and state in step.sources:
            roles = list_in_words(map(role_name, roles_with(step.permission)))
            return f"{step_name(kind.model.kind, step.task)} ({roles})"
    return None


def _line_in_words(kind: Kind, line: Line) -> str:
    """Return the values of a line as they were read."""
    values = ((kind.groups.get(name), value) for name, value in line.values.items() if value is not None)
    return " · ".join(choice(group, str(value)) if group else str(value) for group, value in values)


SECTION = Section(blueprint)
