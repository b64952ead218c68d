"""My files 我的文件: the registers that a person exported in the background. Nobody sees those of others."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, Response, abort, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from cs.exports.writing import delete_file, exports_folder, reason_in_words, retention_time, wake_keeper
from cs.extensions import db
from cs.models.exports import Export, TooMany
from cs.printing.formats import FORMATS, mime_of
from cs.printing.sheets import one_language
from cs.procedure.authority import Permission
from cs.records.record import MAX_ID
from cs.records.sections import Section, sections
from cs.web.access import requires
from cs.web.responses import go, is_htmx, say, show
from cs.web.submission import Outcome, press

blueprint = Blueprint("exports", __name__, url_prefix="/reports/files")


@blueprint.route("/")
@requires(Permission.READ)
def index() -> ResponseReturnValue:
    """Show the person's exports, newest first, with their progress."""
    return _show_exports()


def _show_exports() -> Response:
    on = datetime.now(UTC)
    rows = [
        (export, _describe(export))
        for export in Export.of(current_user)
        if not export.is_over(on, retention_time())
    ]
    return show(
        "exports/index.html",
        "exports/_files.html",
        rows=rows,
        hours=retention_time().total_seconds() // 3600,
        reason=reason_in_words,
    )


def _describe(export: Export) -> dict[str, Any]:
    """Return what the file is, in words; by its code where this version of the program does not know it."""
    register, form = sections().registers.get(export.register), FORMATS.get(export.ending)
    return {
        "title": register.title if register else export.register,
        "number": register.form_row.number if register else "",
        "format": form.title if form else export.ending,
        "icon": form.icon if form else "file-earmark",
        "asked": register.listing.criteria_in_words(MultiDict(parse_qsl(export.asked))) if register else [],
    }


@blueprint.route("/ask/<name>.<ending>", methods=["POST"])
@requires(Permission.READ)
def ask(name: str, ending: str) -> ResponseReturnValue:
    """Start the export of the rows that the URL asks for."""
    register = sections().registers.get(name)
    if register is None or ending not in FORMATS:
        abort(404)
    criteria = register.listing.criteria(request.args)
    if register.listing.criteria_faults(request.args):
        return go(url_for("reports.register", name=name, **criteria))  # which shows the faults

    def act() -> Outcome:
        Export.ask(
            register=name,
            ending=ending,
            asked=urlencode(criteria),
            language=one_language(),
            by=current_user._get_current_object(),
            on=datetime.now(UTC),
        )
        return Outcome(url_for("exports.index"))

    try:
        response = press(act)
    except TooMany:
        say(gettext("Your list is full. Remove files that you no longer need, then export again."), "warning")
        return go(url_for("exports.index"))
    wake_keeper()
    return response


def _own_export(export_id: int) -> Export:
    """Return an export of this person; 404 for any other, so that nobody learns of it."""
    export = db.session.get(Export, export_id) if 0 < export_id <= MAX_ID else None
    if (
        export is None
        or export.user_id != current_user.id
        or export.is_over(datetime.now(UTC), retention_time())
    ):
        abort(404)
    return export


@blueprint.route("/<int:export_id>")
@requires(Permission.READ)
def get(export_id: int) -> Response:
    """Download the finished file."""
    export = _own_export(export_id)
    if export.name is None:
        abort(404)
    try:
        return send_file(
            exports_folder() / export.file_name,
            mimetype=mime_of(export.ending),
            as_attachment=True,
            download_name=export.name,
        )
    except FileNotFoundError:  # deleted outside the program
        abort(404)


@blueprint.route("/<int:export_id>/again", methods=["POST"])
@requires(Permission.READ)
def again(export_id: int) -> ResponseReturnValue:
    """Repeat a failed export."""

    def act() -> Outcome:
        export = _own_export(export_id)
        if export.may_be_tried_again:
            export.try_again()
        return Outcome(url_for("exports.index"), _back_to_exports)

    return press(act)


@blueprint.route("/<int:export_id>/remove", methods=["POST"])
@requires(Permission.READ)
def remove(export_id: int) -> ResponseReturnValue:
    """Delete a file, or cancel an unfinished export."""

    def act() -> Outcome:
        export = _own_export(export_id)
        # The file of an unfinished export is deleted by its process, when that sees the row gone.
        token = None if export.is_unfinished else export.token
        db.session.delete(export)
        return Outcome(url_for("exports.index"), lambda: _answer_removed(token))

    return press(act)


def _answer_removed(token: str | None) -> ResponseReturnValue:
    if token:
        delete_file(token)
    return _back_to_exports()


def _back_to_exports() -> ResponseReturnValue:
    wake_keeper()
    return _show_exports() if is_htmx() else go(url_for("exports.index"))


SECTION = Section(blueprint, part_of="reports")
