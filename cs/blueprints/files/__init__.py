"""Files on records: downloads, thumbnails, adding and voiding. Uploaded files are never shown inside the
site's own pages."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, abort, request, send_file
from flask_babel import gettext
from flask_login import current_user

from cs.extensions import begin_write, db
from cs.files.store import FileRefused, NoSuchFile
from cs.procedure.authority import Permission
from cs.records.attachments import Attachment, PendingUpload, attach, detach
from cs.records.receipts import Receipt
from cs.records.record import MOST_ID, Workflowed, find
from cs.records.sections import Section, sections
from cs.web.access import requires
from cs.web.fields import ReasonForm, StepForm, WithFiles, file_store, stage
from cs.web.options import address_of
from cs.web.pending_files import keep_pending
from cs.web.responses import go, say, show

blueprint = Blueprint("files", __name__, url_prefix="/files")


class AddFilesForm(WithFiles, StepForm):
    """Files for a record, without a step."""


def _attachment(file_id: int) -> Attachment:
    return (db.session.get(Attachment, file_id) if file_id <= MOST_ID else None) or abort(404)


@blueprint.route("/<int:file_id>")
@requires(Permission.READ)
def get(file_id: int) -> Response:
    """The file as a download, under its own name."""
    file = _attachment(file_id)
    try:
        return send_file(
            file_store().path(file.sha256), mimetype=file.mime, as_attachment=True, download_name=file.name
        )
    except (NoSuchFile, FileNotFoundError):
        abort(404)


@blueprint.route("/<int:file_id>/thumbnail")
@requires(Permission.READ)
def thumbnail(file_id: int) -> Response:
    """A small picture of a photograph."""
    file = _attachment(file_id)
    if not file.is_image:
        abort(404)
    size = 480 if request.args.get("size") == "480" else 160
    try:
        path = file_store().thumbnail(file.sha256, size)
    except (
        NoSuchFile,
        FileNotFoundError,
        FileRefused,
    ):  # gone, no picture any more, or no room for a small one
        abort(404)
    response = send_file(path, mimetype="image/jpeg", max_age=86400)
    response.cache_control.private = True
    return response


def _record(kind: str, record_id: int, *, lock: bool = False) -> Workflowed:
    section = sections().of_kind(kind)
    if section is None:
        abort(404)
    return find(section.model, record_id, lock=lock) or abort(404)


def _request_id(form: StepForm) -> str:
    return (form.request_id.data or secrets.token_urlsafe(16))[:64]


@blueprint.route("/<kind>/<int:record_id>/add", methods=["GET", "POST"])
@requires(Permission.ATTACH_FILE)
def add(kind: str, record_id: int) -> Any:
    """Adds photographs or documents to a record, from a tablet's camera too; not to one that is closed or
    void (409)."""
    record, on = _record(kind, record_id), datetime.now(UTC)
    if request.method == "GET" and not record.workflow.takes_files(record.state):
        abort(409)
    back = address_of(kind, record.id)
    form = AddFilesForm()
    if request.method == "POST":
        waiting = keep_pending(stage(form), on)
        begin_write()
        request_id = _request_id(form)
        if db.session.get(Receipt, (current_user.id, request_id)) is not None:
            return go(back)
        record = _record(kind, record_id, lock=True)
        files = form.kept() + PendingUpload.of(current_user, waiting)
        if form.accepts(record, on) and not files:
            form.fault("files", gettext("Please choose a file."))
        if not form.errors:
            attach(record, files, step="attach", by=current_user, on=on)
            for file in files:
                db.session.delete(file)
            db.session.add(Receipt(user_id=current_user.id, request_id=request_id, address=back, at=on))
            db.session.commit()
            say(gettext("%(count)s file(s) added.", count=len(files)))
            return go(back)
        form.kept_files.data = " ".join(file.token for file in files)
        db.session.rollback()
    return show("files/add.html", form=form, record=record, back=back, status=422 if form.errors else 200)


@blueprint.route("/<int:file_id>/void", methods=["GET", "POST"])
@requires(Permission.ATTACH_FILE)
def void(file_id: int) -> Any:
    """Voids a file with a reason; it stays readable (5.6). 403 for who neither added it nor may void the
    record, 409 where it stands as it is."""
    file, on = _attachment(file_id), datetime.now(UTC)
    record = _record(file.kind, file.record_id)
    if not file.may_be_voided(record, current_user):
        abort(403)
    if request.method == "GET" and not file.voiding_is_open(record, current_user):
        abort(409)
    back = address_of(file.kind, record.id)
    form = ReasonForm()
    if request.method == "POST":
        begin_write()
        request_id = _request_id(form)
        if db.session.get(Receipt, (current_user.id, request_id)) is not None:
            return go(back)
        file, record = _attachment(file_id), _record(file.kind, file.record_id, lock=True)
        if not file.voiding_is_open(record, current_user):
            abort(409)
        if form.accepts(record, on):
            detach(record, file, reason=form.reason.data, by=current_user, on=on)
            db.session.add(Receipt(user_id=current_user.id, request_id=request_id, address=back, at=on))
            db.session.commit()
            say(gettext("The file is void."))
            return go(back)
        db.session.rollback()
    return show(
        "files/void.html",
        form=form,
        file=_attachment(file_id),
        record=record,
        back=back,
        status=422 if form.errors else 200,
    )


SECTION = Section(blueprint)
