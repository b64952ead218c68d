"""Import of customers, products, shipments and old complaint registers from Excel and CSV: upload, preview,
confirm. Nothing is written before the last.

Between preview and confirm the table waits as an upload of its person; both read it anew, so a page that was
left open over lunch tells what is true now.
"""

from __future__ import annotations

import io
import secrets
from datetime import UTC, datetime
from typing import Any

import xlsxwriter
from flask import Blueprint, Response, abort, current_app, request, send_file, url_for
from flask_babel import gettext
from flask_login import current_user
from flask_wtf.file import FileField

from cs.extensions import db
from cs.files.store import MEGABYTE, FileRefused
from cs.imports import Column, Limits, Line, Problem, Table, TableRefused, read_table
from cs.imports.plans import Kind, Plan, apply, plan
from cs.imports.words import REASONS
from cs.procedure.authority import Permission, roles_with
from cs.records.attachments import PendingUpload
from cs.records.sections import RecordSection, Section, sections
from cs.web.access import requires
from cs.web.fields import StepForm, file_message, file_store
from cs.web.responses import go, say, show
from cs.web.submission import Outcome, Submission
from cs.wording.words import choice, label, language, listed, role_name, step_name

MOST_ROWS = 5_000  # an import is one transaction, and nobody else writes while it runs: a few seconds
blueprint = Blueprint("imports", __name__, url_prefix="/<section>/import")

ENDINGS = (".xlsx", ".xls", ".csv", ".txt")
LINES_SHOWN = 200  # bad lines on the preview; the count tells how many there are
NEW_SHOWN = 10


class UploadForm(StepForm):
    table = FileField(label("import_file"), render_kw={"accept": ",".join(ENDINGS)})


class ConfirmForm(StepForm):
    """Carries the request id: a second press changes nothing."""


def _kind(section: str) -> Kind:
    described = sections().named(section)
    kind = described.table if isinstance(described, RecordSection) else None
    if kind is None:
        abort(404)
    if not current_user.may(kind.permission):
        abort(403)
    return kind


def reason(problem: Problem | TableRefused) -> str:
    """Why a line or a file is not taken, in the reader's words."""
    return gettext(REASONS[problem.code], **problem.params)


def _read(kind: Kind, stream: Any, name: str) -> tuple[Table, dict[str, Column]]:
    """The table of a file, and the columns by their names. Raises TableRefused when it cannot be read, or no
    line of it could be taken."""
    columns = kind.columns(language())
    table = read_table(
        stream, name, columns, Limits(size=current_app.config["CS_FILE_MB"] * MEGABYTE, rows=MOST_ROWS)
    )
    if faults := kind.faults(table, columns):
        raise TableRefused(faults[0].code, **faults[0].params)
    return table, {column.name: column for column in columns}


# Upload


class _Upload(Submission):
    """A table that is taken in, if it can be read."""

    form: UploadForm

    def __init__(self, form: UploadForm, on: datetime, kind: Kind) -> None:
        super().__init__(form, on)
        self.kind = kind
        self.table_fault: str | None = None
        self.stored: Any = None  # the file in the store, once it could be read

    def prepare(self, record: None) -> None:
        """Reads the table and stores its file."""
        sent = self.form.table.data
        if not sent or not sent.filename:
            self.table_fault = gettext("Please choose a file.")
            return
        try:
            if not sent.filename.lower().endswith(ENDINGS):
                raise TableRefused(
                    "wrong_ending", ending=sent.filename[-10:].rpartition(".")[2], endings=" ".join(ENDINGS)
                )
            _read(self.kind, sent.stream, sent.filename)
            sent.stream.seek(0)
            self.stored = file_store().accept(sent.stream, sent.filename)
        except TableRefused as refused:
            self.table_fault = reason(refused)
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

    def show(self, record: None, status: int) -> Any:
        return show(
            "imports/upload.html",
            status=status,
            kind=self.kind,
            form=self.form,
            columns=self.kind.columns(language()),
            choice=choice,
            endings=" ".join(ENDINGS),
        )


@blueprint.route("/", methods=["GET", "POST"])
@requires(Permission.READ)
def upload(section: str) -> Any:
    """Takes the file in, if it is a table that can be read, and leads on to the preview."""
    kind = _kind(section)
    submission = _Upload(UploadForm(), datetime.now(UTC), kind)
    return submission.take() if request.method == "POST" else submission.show(None, 200)


@blueprint.route("/example.xlsx")
@requires(Permission.READ)
def example(section: str) -> Response:
    """An empty table with the titles, and a second sheet that tells what the columns take."""
    kind = _kind(section)
    columns = kind.columns(language())
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
        for place, column in enumerate(columns):
            sheet.write_string(0, place, column.titles[0] + (" *" if column.required else ""), bold)
            sheet.set_column(
                place,
                place,
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
        for place, head in enumerate(heads):
            help_sheet.write_string(0, place, head, bold)
        help_sheet.set_column(0, 4, 24, text)
        for row, column in enumerate(columns, start=1):
            value = kind.examples[0].get(column.name)
            group = kind.groups.get(column.name)
            sample = choice(group, value) if group else str(value or "")
            cells = (
                column.titles[0],
                choice("yes_no", "yes") if column.required else "",
                sample,
                listed(column.possible),
                listed(column.titles[1:]),
            )
            for place, cell in enumerate(cells):
                help_sheet.write_string(row, place, cell)
    file.seek(0)
    return send_file(
        file,
        as_attachment=True,
        download_name=f"{gettext('Import')}-{section}.xlsx",
        mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )


# Preview and confirm


class _Confirmation(Submission):
    """A table that waits and is brought in: planned anew under the lock, all in one transaction."""

    form: ConfirmForm

    def __init__(self, form: ConfirmForm, on: datetime, kind: Kind, token: str) -> None:
        super().__init__(form, on)
        self.kind, self.token = kind, token
        self.table: Any = None
        self.columns: dict[str, Column] = {}

    def load(self, *, lock: bool) -> PendingUpload | None:
        """The table that waits; None when it does not any more, or is another person's."""
        if not self.token.isprintable():
            return None
        return next(iter(PendingUpload.of(current_user, [self.token])), None)

    def prepare(self, waiting: PendingUpload | None) -> None:
        """Reads the table, once."""
        if waiting is None or self.table is not None:
            return
        with file_store().open(waiting.sha256) as stream:
            self.table, self.columns = _read(self.kind, stream, waiting.name)

    def is_outdated(self, waiting: PendingUpload | None) -> bool:
        return waiting is None

    def act(self, waiting: PendingUpload) -> Outcome:
        made = plan(self.kind, self.table, self.on)
        source = [waiting.name, waiting.sha256]
        apply(self.kind, made, source, by=current_user._get_current_object(), on=self.on)
        db.session.delete(waiting)
        say(gettext("%(new)s imported, %(skipped)s skipped.", new=len(made.fresh), skipped=made.skipped))
        return Outcome(url_for(f"{self.kind.section}.index", **self.kind.shown_by))

    def show(self, waiting: PendingUpload | None, status: int) -> Any:
        """The preview; where the table does not wait any more, the way back."""
        if waiting is None and self.form.sent_already:
            say(gettext("This form was already submitted with different content."), "warning")
            return go(self.form.sent_already)
        if waiting is None:
            say(gettext("This table is no longer pending: it was imported or discarded."), "warning")
            return go(url_for("imports.upload", section=self.kind.section))
        self.prepare(waiting)
        return self._preview(self.table, waiting.name, status)

    def _preview(self, table: Any, name: str, status: int) -> Any:
        made = plan(self.kind, table, self.on)
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
            reason=reason,
            unknown=unknown,
            follows=follows,
            becomes=_becomes(self.kind, made),
            lines_shown=LINES_SHOWN,
            new_shown=NEW_SHOWN,
            shown=lambda line: _shown(self.kind, line),
        )


@blueprint.route("/<token>", methods=["GET", "POST"])
@requires(Permission.READ)
def preview(section: str, token: str) -> Any:
    """What would come in, and what would not and why; then bringing it in."""
    submission = _Confirmation(ConfirmForm(), datetime.now(UTC), _kind(section), token)
    try:
        if request.method == "POST" and submission.form.request_id.data:
            return submission.take()
        return submission.show(submission.load(lock=False), 200)
    except TableRefused as refused:
        say(reason(refused), "danger")
        return go(url_for("imports.upload", section=section))


def _becomes(kind: Kind, made: Plan) -> list[tuple[str, int, str | None]]:
    """In which state how many of the new records will stand, in the order of the way, and what is then
    awaited of whom."""
    rows = []
    for state in kind.model.workflow.states:
        if count := made.states[state.code]:
            step = next(
                (
                    one
                    for one in kind.model.workflow.steps
                    if one.primary and one.target and state.code in one.sources
                ),
                None,
            )
            waits = (
                f"{step_name(kind.model.kind, step.task)} "
                f"({listed(map(role_name, roles_with(step.permission)))})"
                if step
                else None
            )
            rows.append((state.code, count, waits))
    return rows


def _shown(kind: Kind, line: Line) -> str:
    """A line in short, as it was read."""
    values = ((kind.groups.get(name), value) for name, value in line.values.items() if value is not None)
    return " · ".join(choice(group, str(value)) if group else str(value) for group, value in values)


SECTION = Section(blueprint)
