"""My files 我的文件: the registers that a person had written in the background. Nobody sees those of
others."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, Response, abort, request, send_file, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from cs.exports.writing import drop, folder, kept_for, reason_in_words, wake
from cs.extensions import begin_write, db
from cs.models.exports import Export, TooMany
from cs.printing.formats import FORMATS, mime_of
from cs.printing.sheets import one_language
from cs.procedure.authority import Permission
from cs.records.record import MAX_ID
from cs.records.sections import Section, sections
from cs.web.access import requires
from cs.web.responses import go, is_htmx, say, show

blueprint = Blueprint("exports", __name__, url_prefix="/reports/files")


@blueprint.route("/")
@requires(Permission.READ)
def index() -> Any:
    """What I had written, newest first, and how far it is."""
    return _shown()


def _shown() -> Response:
    on = datetime.now(UTC)
    rows = [
        (export, _described(export))
        for export in Export.of(current_user)
        if not export.is_over(on, kept_for())
    ]
    return show(
        "exports/index.html",
        "exports/_files.html",
        rows=rows,
        hours=kept_for().total_seconds() // 3600,
        reason=reason_in_words,
    )


def _described(export: Export) -> dict[str, Any]:
    """What the file is, in words; what a later version of the program no longer knows, by its code."""
    register, form = sections().registers.get(export.register), FORMATS.get(export.ending)
    return {
        "title": register.title if register else export.register,
        "number": register.form_row.number if register else "",
        "format": form.title if form else export.ending,
        "icon": form.icon if form else "file-earmark",
        "asked": register.listing.said(MultiDict(parse_qsl(export.asked))) if register else [],
    }


@blueprint.route("/ask/<name>.<ending>", methods=["POST"])
@requires(Permission.READ)
def ask(name: str, ending: str) -> Any:
    """Has a register written: the rows that the page's address asks for."""
    register = sections().registers.get(name)
    if register is None or ending not in FORMATS:
        abort(404)
    asked, person = register.listing.asked(request.args), current_user._get_current_object()
    if register.listing.faults(request.args):
        return go(url_for("reports.register", name=name, **asked))  # which says what is wrong
    begin_write()
    try:
        Export.ask(
            register=name,
            ending=ending,
            asked=urlencode(asked),
            language=one_language(),
            by=person,
            on=datetime.now(UTC),
        )
    except TooMany:
        db.session.rollback()
        say(gettext("Your list is full. Remove files that you no longer need, then export again."), "warning")
        return go(url_for("exports.index"))
    db.session.commit()
    wake()
    return go(url_for("exports.index"))


def _own(export_id: int) -> Export:
    """The person's own, else 404: nobody learns that another one is there."""
    export = db.session.get(Export, export_id) if 0 < export_id <= MAX_ID else None
    if export is None or export.user_id != current_user.id or export.is_over(datetime.now(UTC), kept_for()):
        abort(404)
    return export


@blueprint.route("/<int:export_id>")
@requires(Permission.READ)
def get(export_id: int) -> Response:
    """The finished file."""
    export = _own(export_id)
    if export.name is None:
        abort(404)
    try:
        return send_file(
            folder() / export.file_name,
            mimetype=mime_of(export.ending),
            as_attachment=True,
            download_name=export.name,
        )
    except FileNotFoundError:  # taken away past the program
        abort(404)


@blueprint.route("/<int:export_id>/again", methods=["POST"])
@requires(Permission.READ)
def again(export_id: int) -> Any:
    """Tries once more what failed."""
    begin_write()
    export = _own(export_id)
    if export.may_be_tried_again:
        export.try_again()
    db.session.commit()
    wake()
    return _answer()


@blueprint.route("/<int:export_id>/remove", methods=["POST"])
@requires(Permission.READ)
def remove(export_id: int) -> Any:
    """Takes a file away, or calls off one that is not finished."""
    begin_write()
    export = _own(export_id)
    finished = None if export.is_unfinished else export.token
    db.session.delete(export)
    db.session.commit()
    if (
        finished
    ):  # what is being written goes when its process has ended, which hears of it with the next rows
        drop(finished)
    wake()
    return _answer()


def _answer() -> Any:
    return _shown() if is_htmx() else go(url_for("exports.index"))


SECTION = Section(blueprint, part_of="reports")
