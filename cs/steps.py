"""The one step route that every section mounts. The order of checks is DESIGN's, and the same for all:

login → the role may ever do this step (403) → load (404) → this request id was taken already (show the record) → relation (403)
→ version and state (409, the form with what was typed) → form (422) → one verb → one commit → the changed fragment, or 303.
"""
from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, abort, request, url_for
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy import delete
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from cs.access import requires
from cs.extensions import begin_write, db
from cs.forms import StepForm, WithFiles, stage
from cs.models.attachments import Draft, PendingUpload, attach
from cs.models.base import Receipt, Workflowed, find
from cs.models.users import User
from cs.pages import go, say, show, swap_record
from cs.procedure.authority import Permission
from cs.procedure.workflow import Step
from cs.words import step_name

KEPT_OUT = ("csrf_token", "request_id", "version", "password", "files")  # what a draft never holds


@dataclass(frozen=True)
class Section:
    """A section of the procedure: its records, the form of each step, what its record page shows, and its templates' folder."""

    model: type[Workflowed]
    forms: Mapping[str, type[StepForm]]
    context: Callable[[Any, datetime], dict[str, Any]]

    @property
    def kind(self) -> str:
        return self.model.kind


def mount(blueprint: Blueprint, section: Section) -> None:
    """Adds to a section's blueprint: /new, /<id> and /<id>/<step>."""
    name = blueprint.name

    @requires(Permission.READ)
    def new() -> Any:
        """A new record: by the first creating step that this person may take."""
        step = next((step for step in section.model.workflow.creating() if current_user.may(step.permission)), None)
        return take(name, section, step, None) if step else abort(403)

    @requires(Permission.READ)
    def detail(record_id: int) -> Any:
        """The record, read like its paper."""
        record = find(section.model, record_id) or abort(404)
        return show(f"{name}/detail.html", f"{name}/_record.html", **page_of(section, record))

    @requires(Permission.READ)
    def step(record_id: int, step: str) -> Any:
        """A step of the record: its form, and taking it."""
        row = next((row for row in section.model.workflow.steps if row.name == step and not row.creates), None)
        return take(name, section, row or abort(404), record_id)

    blueprint.add_url_rule("/new", view_func=new, methods=["GET", "POST"])
    blueprint.add_url_rule("/<int:record_id>", view_func=detail)
    blueprint.add_url_rule("/<int:record_id>/<step>", view_func=step, methods=["GET", "POST"])


def page_of(section: Section, record: Workflowed) -> dict[str, Any]:
    """What every record page shows, and what this section adds."""
    on = datetime.now(UTC)
    return {"record": record, "on": on, "steps": record.steps_for(current_user, on), **section.context(record, on)}


def take(name: str, section: Section, step: Step, record_id: int | None) -> Response | str:
    """Shows the form of a step, or takes the step."""
    if not current_user.may(step.permission):
        abort(403)
    on = datetime.now(UTC)
    record = None
    if record_id is not None:
        record = find(section.model, record_id) or abort(404)
    form = section.forms[step.name](formdata=_posted(request.path))
    asked = _Asked(name, section, step, form)
    if request.method == "GET":
        asked.refuse_strangers(record)
        if record is not None and step not in record.open_steps(on):
            return asked.show(record, on, 409, closed=True)
        if not form.version.data:
            form.version.data = str(record.version) if record else "0"
        return asked.show(record, on, 200)

    files = stage(form) if isinstance(form, WithFiles) else []
    waiting = _keep_pending(files, on)
    signed = not step.signed or current_user.check_password(form.password.data or "")
    begin_write()
    request_id = (form.request_id.data or secrets.token_urlsafe(16))[:64]
    receipt = db.session.get(Receipt, (current_user.id, request_id))
    if receipt is not None:
        return go(receipt.address)
    if record_id is not None:
        record = find(section.model, record_id, lock=True) or abort(404)
        asked.refuse_strangers(record)
        still_open = step in record.open_steps(on)
        if not still_open or form.version.data != str(record.version):
            db.session.rollback()
            form.version.data = str(record.version)
            asked.keep_files(waiting)
            return asked.show(record, on, 409, closed=not still_open)
    form.offer(record, on)
    accepted = form.accepts(record, on)
    if not signed and not form.password.errors:
        form.fault("password", gettext("This is not your password. Nothing was signed."))
    if not accepted or not signed:
        db.session.rollback()
        asked.keep_files(waiting)
        return asked.show(record, on, 422)
    record = asked.act(record, on)
    if isinstance(form, WithFiles):
        pending = form.kept() + PendingUpload.of(current_user, waiting)
        attach(record, pending, step=step.name, by=current_user, on=on)
        for upload in pending:
            db.session.delete(upload)
    address = url_for(f"{name}.detail", record_id=record.id)
    db.session.add(Receipt(user_id=current_user.id, request_id=request_id, address=address, at=on))
    db.session.execute(delete(Draft).where(Draft.user_id == current_user.id, Draft.form == request.path))
    db.session.commit()
    say(gettext("Done: %(step)s.", step=step_name(section.kind, step.name)))
    if step.creates:
        return go(address)
    return swap_record(address, f"{name}/detail.html", f"{name}/_record.html", **page_of(section, record))


@dataclass(frozen=True)
class _Asked:
    """One request for one step."""

    name: str
    section: Section
    step: Step
    form: StepForm

    def refuse_strangers(self, record: Workflowed | None) -> None:
        if record is not None and not record.relates(self.step, current_user):
            abort(403)

    def act(self, record: Workflowed | None, on: datetime) -> Workflowed:
        by: User = current_user._get_current_object()
        made = getattr(self.section.model if record is None else record, self.step.name)(**self.form.values(), by=by, on=on)
        return made if record is None else record

    def keep_files(self, tokens: list[str]) -> None:
        if isinstance(self.form, WithFiles):
            kept = [upload.token for upload in self.form.kept()]
            self.form.kept_files.data = " ".join([*kept, *tokens])

    def show(self, record: Workflowed | None, on: datetime, status: int, *, closed: bool = False) -> Any:
        if isinstance(self.form, WithFiles):
            self.form.files.pending = [{"name": one.name, "thumb": url_for("files.pending", token=one.token) if one.is_image else None}
                                       for one in self.form.kept()]
        drafted = db.session.get(Draft, (current_user.id, request.path)) if request.method == "GET" else None
        self.form.offer(record, on)
        if request.method == "GET" and drafted is None:
            self.form.fill(record, on)
        back = url_for(f"{self.name}.detail", record_id=record.id) if record is not None else url_for(f"{self.name}.index")
        return show("step.html", "_step.html", status=status, form=self.form, record=record, step=self.step, kind=self.section.kind, on=on,
                    section=self.name, closed=closed, stale=status == 409, drafted=drafted, back=back, action=request.path,
                    fields=[f"{self.name}/_{self.step.name}_form.html", "_form_fields.html"])


def _posted(path: str) -> Any:
    """What the form is filled with: what was sent, else the person's draft, else nothing."""
    if request.method == "POST":
        return None if not request.form and not request.files else _sent()
    draft = db.session.get(Draft, (current_user.id, path))
    return MultiDict(json.loads(draft.fields)) if draft is not None else None


def _sent() -> MultiDict[str, Any]:
    sent: MultiDict[str, Any] = MultiDict(request.form)
    for key, files in request.files.lists():
        sent.setlist(key, files)
    return sent


def _keep_pending(files: list[Any], on: datetime) -> list[str]:
    """Notes the files that came, so that a refused form does not lose them; returns their tokens."""
    if not files:
        return []
    begin_write()
    uploads = [PendingUpload(token=secrets.token_urlsafe(16), user_id=current_user.id, at=on, sha256=file.sha256, name=file.name,
                             mime=file.mime, size=file.size, is_image=file.is_image) for file in files]
    db.session.add_all(uploads)
    db.session.commit()
    return [upload.token for upload in uploads]


def save_draft(user: User, path: str, fields: MultiDict[str, Any], on: datetime) -> None:
    """Keeps what a person typed into the form at an address, until it is sent or thrown away."""
    kept = {key: values for key, values in fields.lists() if key not in KEPT_OUT and any(values)}
    draft = db.session.get(Draft, (user.id, path)) or Draft(user_id=user.id, form=path)
    draft.fields, draft.at = json.dumps(kept, ensure_ascii=False), on
    db.session.add(draft)
