"""Files of records: download, thumbnail, add, void. Uploads are never shown inside the site's pages."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Blueprint, Response, abort, request, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from cs.extensions import db
from cs.files.store import FileRefused, NoSuchFile
from cs.procedure.authority import Permission
from cs.records.attachments import ADDED, Attachment, PendingUpload, attach, detach, proven_only_by
from cs.records.company import company
from cs.records.record import MAX_ID, find
from cs.records.sections import Section, sections
from cs.records.workflowed import Workflowed
from cs.web.access import requires, signed_in
from cs.web.fields import ReasonForm, StepForm, WithFiles
from cs.web.limits import takes_files
from cs.web.options import address_of
from cs.web.pending_files import file_store, record_pending_files, store_files
from cs.web.responses import say, show
from cs.web.submission import Outcome, Submission
from cs.wording.labels import step_name

blueprint = Blueprint("files", __name__, url_prefix="/files")


class AddFilesForm(WithFiles, StepForm):
    """Files that are added without a step."""


def _find_attachment(file_id: int) -> Attachment:
    return (db.session.get(Attachment, file_id) if file_id <= MAX_ID else None) or abort(404)


@blueprint.route("/<int:file_id>")
@requires(Permission.READ)
def get(file_id: int) -> Response:
    """Download the file under its own name."""
    file = _find_attachment(file_id)
    try:
        return send_file(
            file_store().path(file.sha256), mimetype=file.mime, as_attachment=True, download_name=file.name
        )
    except (NoSuchFile, FileNotFoundError):
        abort(404)


@blueprint.route("/<int:file_id>/thumbnail")
@requires(Permission.READ)
def thumbnail(file_id: int) -> Response:
    """Show a photograph in small."""
    file = _find_attachment(file_id)
    if not file.is_image:
        abort(404)
    size = 480 if request.args.get("size") == "480" else 160
    try:
        path = file_store().thumbnail(file.sha256, size)
    except (NoSuchFile, FileNotFoundError, FileRefused):  # deleted, damaged, or no room for the thumbnail
        abort(404)
    return send_file(path, mimetype="image/jpeg")


@blueprint.route("/logo/<sha256>")
@signed_in
def logo(sha256: str) -> Response:
    """Show the company's logo, under the hash of its content."""
    if sha256 != company().logo:
        abort(404)
    try:
        return send_file(file_store().path(sha256), mimetype=company().logo_mime)
    except (NoSuchFile, FileNotFoundError):
        abort(404)


def _find_record(kind: str, record_id: int, *, lock: bool = False) -> Workflowed:
    section = sections().of_kind(kind)
    if section is None:
        abort(404)
    return find(section.model, record_id, lock=lock) or abort(404)


class _AddFiles(Submission):
    """The form that adds files to a record."""

    form: AddFilesForm

    def __init__(self, form: AddFilesForm, on: datetime, kind: str, record_id: int) -> None:
        super().__init__(form, on)
        self.kind, self.record_id = kind, record_id
        self.file_tokens: list[str] = []  # of the files that came with this request

    def load(self, *, lock: bool) -> Workflowed:
        return _find_record(self.kind, self.record_id, lock=lock)

    def stage_files(self) -> None:
        self.file_tokens += record_pending_files(store_files(self.form), self.on)

    def accepts(self, record: Workflowed) -> bool:
        if super().accepts(record) and not self._pending_files():
            self.form.fault("files", gettext("Please choose a file."))
        return not self.form.errors

    def act(self, record: Workflowed) -> Outcome:
        files = self._pending_files()
        attach(record, files, step=ADDED, by=current_user, on=self.on)
        for file in files:
            db.session.delete(file)
        say(gettext("%(count)s file(s) added.", count=len(files)))
        return Outcome(address_of(self.kind, self.record_id))

    def show(self, record: Workflowed, status: int) -> ResponseReturnValue:
        self.form.kept_files.data = " ".join(file.token for file in self._pending_files())
        back = address_of(self.kind, self.record_id)
        return show("files/add.html", form=self.form, record=record, back=back, status=status)

    def _pending_files(self) -> list[PendingUpload]:
        return self.form.kept() + PendingUpload.of(current_user, self.file_tokens)


@blueprint.route("/<kind>/<int:record_id>/add", methods=["GET", "POST"])
@takes_files
@requires(Permission.ATTACH_FILE)
def add(kind: str, record_id: int) -> ResponseReturnValue:
    """Add photographs or documents to a record; 409 when it is closed or void."""
    submission = _AddFiles(AddFilesForm(), datetime.now(UTC), kind, record_id)
    if request.method == "POST":
        return submission.take()
    record = submission.load(lock=False)
    if not record.workflow.takes_files(record.state):
        abort(409)
    return submission.show(record, 200)


class _VoidFile(Submission):
    """The form that voids a file."""

    form: ReasonForm

    def __init__(self, form: ReasonForm, on: datetime, file_id: int) -> None:
        super().__init__(form, on)
        self.file_id = file_id

    @property
    def file(self) -> Attachment:
        return _find_attachment(self.file_id)

    def load(self, *, lock: bool) -> Workflowed:
        return _find_record(self.file.kind, self.file.record_id, lock=lock)

    def check_relation(self, record: Workflowed) -> None:
        if not self.file.may_be_voided(record, current_user):
            abort(403)

    def is_outdated(self, record: Workflowed) -> bool:
        if not self.file.voiding_is_open(record, current_user):
            abort(409)
        return False

    def accepts(self, record: Workflowed) -> bool:
        super().accepts(record)
        if (kept := self._kept_for(record)) is not None:
            self.form.fault("reason", kept)
        return not self.form.errors

    def _kept_for(self, record: Workflowed) -> str | None:
        """Return in words why the file stays: what it alone proves, and what to do; None where it may go."""
        evidence = proven_only_by(record, self.file)
        if evidence is None:
            return None
        names = (step_name(record.kind, evidence.step), evidence.what)
        proven = " · ".join(name for name in names if name)
        reason = gettext("This is the only evidence of: %(what)s.", what=proven)
        advice = gettext("The record is closed, so it stays.")
        if record.workflow.takes_files(record.state):
            advice = gettext("Add a better file to the record first.")
        return f"{reason} {advice}"

    def act(self, record: Workflowed) -> Outcome:
        detach(record, self.file, reason=self.form.reason.data, by=current_user, on=self.on)
        say(gettext("The file is void."))
        return Outcome(address_of(record.kind, record.id))

    def show(self, record: Workflowed, status: int) -> ResponseReturnValue:
        back = address_of(record.kind, record.id)
        return show(
            "files/void.html",
            form=self.form,
            file=self.file,
            kept=None if self.form.errors else self._kept_for(record),
            record=record,
            back=back,
            status=status,
        )


@blueprint.route("/<int:file_id>/void", methods=["GET", "POST"])
@requires(Permission.ATTACH_FILE)
def void(file_id: int) -> ResponseReturnValue:
    """Void a file with a reason; it stays readable (5.6).

    403 for a person who neither added it nor may void the record, 409 when the file cannot be voided now.
    """
    submission = _VoidFile(ReasonForm(), datetime.now(UTC), file_id)
    if request.method == "POST":
        return submission.take()
    record = submission.load(lock=False)
    submission.check_relation(record)
    submission.is_outdated(record)
    return submission.show(record, 200)


SECTION = Section(blueprint)
