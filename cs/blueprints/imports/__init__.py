"""Import from Excel and CSV: upload, preview, confirm. No record is written before the confirmation.

Between preview and confirmation the table is a pending upload of its person. Both read it again: a preview
that was open for hours is checked against the records as they are by then.
"""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Response, abort, request, url_for
from flask.typing import ResponseReturnValue

from cs.blueprints.imports.confirmation import Confirmation, ConfirmForm, LayoutChoice, LayoutForm
from cs.blueprints.imports.reading import importable_kind, pending_file, read_pending, reason_in_words
from cs.blueprints.imports.upload import Upload, UploadForm
from cs.blueprints.imports.workbooks import bad_lines_workbook, example_workbook
from cs.imports import TableRefused
from cs.imports.plans import plan_import
from cs.procedure.authority import Permission
from cs.records.sections import Section
from cs.web.access import signed_in
from cs.web.limits import takes_files
from cs.web.responses import go, say

blueprint = Blueprint("imports", __name__, url_prefix="/<section>/import")


@blueprint.route("/", methods=["GET", "POST"])
@takes_files
@signed_in
def upload(section: str) -> ResponseReturnValue:
    """Accept the file if it is a readable table, and go on to the preview."""
    submission = Upload(UploadForm(), datetime.now(UTC), importable_kind(section))
    return submission.take() if request.method == "POST" else submission.show(None, 200)


@blueprint.route("/example.xlsx")
@signed_in
def example(section: str) -> Response:
    """Download the example table. The administrator hands it to those who import."""
    return example_workbook(importable_kind(section, Permission.ADMINISTER))


@blueprint.route("/<token>", methods=["GET", "POST"])
@signed_in
def preview(section: str, token: str) -> ResponseReturnValue:
    """Show what would be imported, and what not and why; then import it."""
    submission = Confirmation(ConfirmForm(), datetime.now(UTC), importable_kind(section), token)
    try:
        if request.method == "POST" and submission.form.request_id.data:
            return submission.take()
        return submission.show(submission.load(lock=False), 200)
    except TableRefused as refused:
        say(reason_in_words(refused), "danger")
        return go(url_for("imports.upload", section=section))


@blueprint.route("/<token>/columns", methods=["POST"])
@signed_in
def columns(section: str, token: str) -> ResponseReturnValue:
    """Take what the person says of the file: its sheets, its row of titles, what its columns are."""
    submission = LayoutChoice(LayoutForm(), datetime.now(UTC), importable_kind(section), token)
    try:
        return submission.take()
    except TableRefused as refused:
        say(reason_in_words(refused), "danger")
        return go(url_for("imports.upload", section=section))


@blueprint.route("/<token>/bad-lines.xlsx")
@signed_in
def bad_lines(section: str, token: str) -> ResponseReturnValue:
    """Download the lines that cannot be imported, with the reasons, to mend and read again."""
    kind = importable_kind(section)
    waiting = pending_file(kind, token)
    if waiting is None:
        abort(404)
    try:
        reading = read_pending(kind, waiting)
    except TableRefused:
        abort(404)
    if reading.faults:
        abort(404)  # no line of it can be read before the columns are chosen
    made = plan_import(kind, reading.table, datetime.now(UTC))
    return bad_lines_workbook(reading, made, waiting.name)


SECTION = Section(blueprint)
