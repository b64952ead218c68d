"""The one step route that every section mounts. The order of checks is DESIGN's, and the same for all:

login → the role may ever do this step (403) → load (404) → this request id was taken already (show the
record) → relation (403) → version and state (409, the form with what was typed) → form (422) → one verb → one
commit → the changed fragment, or 303.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import abort, current_app, g, request, url_for
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy import delete
from werkzeug.datastructures import MultiDict

from cs.extensions import begin_write, db
from cs.printing.definition import Paper
from cs.printing.sheets import language_links, paper_pdf, requested_language
from cs.procedure.authority import Permission
from cs.procedure.workflow import Step
from cs.records.attachments import Draft, PendingUpload, attach
from cs.records.receipts import Receipt
from cs.records.record import Workflowed, find
from cs.records.sections import RecordSection
from cs.records.users import LoginFailure, User
from cs.web.access import requires
from cs.web.downloads import pdf
from cs.web.fields import StepForm, WithFiles, asked_id, stage
from cs.web.record_page import changes_since
from cs.web.responses import go, go_within, is_htmx, say, show, swap_record
from cs.wording.labels import step_name

BACK_TO = {"approvals": "approvals.index"}  # lists in which a step is taken, by what the address says
MOST_DRAFT = 1024 * 1024  # characters
KEPT_OUT = (
    "csrf_token",
    "request_id",
    "version",
    "seen",
    "files",
)  # what a draft never holds, beside passwords


def mount(section: RecordSection) -> RecordSection:
    """Add to a section's blueprint: /new, /<id>, /<id>/<step>, and where its records have printed forms
    /<id>.pdf and /<id>/<form>.pdf."""
    blueprint, name, model = section.blueprint, section.name, section.model

    @requires(Permission.READ)
    def new() -> Any:
        """A new record: by the first creating step that this person may take."""
        step = section.creating_step(current_user)
        return take(name, section, step, None) if step else abort(403)

    @requires(Permission.READ)
    def detail(record_id: int) -> Any:
        """The record, read like its paper."""
        record = find(model, record_id) or abort(404)
        return show(f"{name}/detail.html", f"{name}/_record.html", **page_of(section, record))

    @requires(Permission.READ)
    def step(record_id: int, step: str) -> Any:
        """A step of the record: its form, and taking it."""
        row = next((row for row in model.workflow.steps if row.name == step and not row.creates), None)
        return take(name, section, row or abort(404), record_id)

    @requires(Permission.READ)
    def paper(record_id: int, form: str) -> Any:
        """The record as the paper that it is, or as another of its papers."""
        record = find(model, record_id) or abort(404)
        found = next((one for one in section.papers_of(record) if one.form == form), None) or abort(404)
        return pdf(found, paper_pdf(found, record, requested_language()), record.title)

    if section.papers:
        blueprint.add_url_rule(
            "/<int:record_id>.pdf", view_func=paper, defaults={"form": section.papers[0].form}
        )
        blueprint.add_url_rule("/<int:record_id>/<form>.pdf", view_func=paper)
    blueprint.add_url_rule("/new", view_func=new, methods=["GET", "POST"])
    blueprint.add_url_rule("/<int:record_id>", view_func=detail)
    blueprint.add_url_rule("/<int:record_id>/<step>", view_func=step, methods=["GET", "POST"])
    return section


def page_of(section: RecordSection, record: Workflowed) -> dict[str, Any]:
    """What every record page shows, and what this section adds."""
    on = datetime.now(UTC)
    name = request.blueprint

    def links(paper: Paper) -> list[tuple[str, str]]:
        return language_links(
            lambda asked: url_for(f"{name}.paper", record_id=record.id, form=paper.form, language=asked)
        )

    prints = [(paper.title, links(paper)) for paper in section.papers_of(record)]
    return {
        "record": record,
        "on": on,
        "steps": record.steps_for(current_user, on),
        "prints": prints,
        **section.shown(),
        **section.context(record, on),
    }


def take(name: str, section: RecordSection, step: Step, record_id: int | None) -> Any:
    """Shows the form of a step, or takes the step."""
    holds = current_user.may(step.permission)
    if not holds and step.permission not in section.model.deputised:
        abort(403)
    record = None
    if record_id is not None:
        record = find(section.model, record_id) or abort(404)
        if not holds and not record.stands_in(step, current_user, datetime.now(UTC)):
            abort(403)
    asked = _Asked(
        name, section, step, section.forms[step.name](formdata=_posted(form_address())), datetime.now(UTC)
    )
    return asked.ask(record) if request.method == "GET" else asked.act(record)


@dataclass(frozen=True)
class _Asked:
    """One request for one step."""

    name: str
    section: RecordSection
    step: Step
    form: StepForm
    on: datetime

    def ask(self, record: Workflowed | None) -> Any:
        """The form, filled with what the record says or what the person had begun to write."""
        self._refuse_strangers(record)
        if record is not None and self.step not in record.open_steps(self.on):
            return self._show(record, 409, closed=True)
        if not self.form.version.data:
            self.form.stamp(record)
        return self._show(record, 200)

    def act(self, record: Workflowed | None) -> Any:
        """Takes the step, after everything that is slow and before the lock is held is done: files,
        password."""
        record_id = record.id if record is not None else None
        waiting = keep_pending(stage(self.form), self.on) if isinstance(self.form, WithFiles) else []
        if self.form.redraws:
            return self._redraw(record, waiting)
        signed = not self.step.signed or self._signs()
        begin_write()
        request_id = (self.form.request_id.data or secrets.token_urlsafe(16))[:64]
        receipt = db.session.get(Receipt, (current_user.id, request_id))
        if receipt is not None:
            return go(receipt.address)
        if record_id is not None:
            record = find(self.section.model, record_id, lock=True) or abort(404)
            self._refuse_strangers(record)
            if self.step not in record.open_steps(self.on) or self.form.is_stale(record):
                return self._stale(record, waiting)
        if not self._accepts(record, signed):
            db.session.rollback()
            self._keep_files(waiting)
            return self._show(record, 422)
        return self._answer(self._verb(record, request_id, waiting))

    def _redraw(self, record: Workflowed | None, waiting: list[str]) -> Any:
        self._refuse_strangers(record)
        self._keep_files(waiting)
        self.form.redraw()
        return self._show(record, 200)

    def _signs(self) -> bool:
        """By the password that is typed, or by the one typed before while that still does."""
        if not self.form.password.data and self._covered():
            return True
        self.form.password_fault = password_fault(
            self.form.password.data, gettext("This is not your password. Nothing was signed."), self.on
        )
        return self.form.password_fault is None

    def _covered(self) -> datetime | None:
        """When the password was typed that still does for a signature in this session; the form then asks for
        none."""
        covers = g.login_session.password_covers(self.on)
        self.form.cover(covers and covers[1])
        return covers and covers[0]

    def _refuse_strangers(self, record: Workflowed | None) -> None:
        if record is not None and not record.relates(self.step, current_user, self.on):
            abort(403)

    def _stale(self, record: Workflowed, waiting: list[str]) -> Any:
        db.session.rollback()
        closed = self.step not in record.open_steps(self.on)
        seen = self.form.version.data or ""
        self.form.stamp(record)
        self._keep_files(waiting)
        changed = changes_since(record, int(seen)) if seen.isdecimal() and len(seen) < 10 else []
        return self._show(record, 409, closed=closed, changed=changed)

    def _accepts(self, record: Workflowed | None, signed: bool) -> bool:
        self.form.offer(record, self.on)
        if (
            signed and self.step.signed and not self.form.password.data
        ):  # as it stands under the lock: the session may have been ended meanwhile
            signed = self._covered() is not None
        accepted = self.form.accepts(record, self.on)
        if not signed and not self.form.password.errors:
            self.form.fault("password", self.form.password_fault)
        return accepted and signed

    def _verb(self, record: Workflowed | None, request_id: str, waiting: list[str]) -> Workflowed:
        """One verb, its files, the request id, one commit. Files come before the verb where they can: the
        chain then ties them to its signature."""
        by: User = current_user._get_current_object()
        if self.step.signed:
            self._note_password(by)
        if record is not None:
            self._attach(record, waiting, by)
        made = getattr(record or self.section.model, self.step.name)(**self.form.values(), by=by, on=self.on)
        if record is None:
            record = made
            self._attach(record, waiting, by)
        address = url_for(f"{self.name}.detail", record_id=record.id)
        db.session.add(Receipt(user_id=by.id, request_id=request_id, address=address, at=self.on))
        db.session.execute(delete(Draft).where(Draft.user_id == by.id, Draft.form == form_address()))
        db.session.commit()
        return record

    def _note_password(self, by: User) -> None:
        """Where a setting lets one password do for several signatures: the signature says which, the session
        keeps the last one typed."""
        by.password_at = None if self.form.password.data else self._covered()
        if self.form.password.data and current_app.config["CS_SIGN_AGAIN_MINUTES"]:
            g.login_session.signed_at = self.on

    def _attach(self, record: Workflowed, waiting: list[str], by: User) -> None:
        if isinstance(self.form, WithFiles):
            pending = self.form.kept() + PendingUpload.of(by, waiting)
            attach(record, pending, step=self.step.name, by=by, on=self.on)
            for upload in pending:
                db.session.delete(upload)

    def _answer(self, record: Workflowed) -> Any:
        say(gettext("Done: %(step)s.", step=step_name(self.section.kind, self.step.name)))
        address = url_for(f"{self.name}.detail", record_id=record.id)
        if self.then is not None:
            return go_within(self.then, "#rows")
        again = self.form.following(record) if self.step in record.steps_for(current_user, self.on) else None
        if again is not None:
            return go(url_for(f"{self.name}.step", record_id=record.id, step=self.step.name, **again))
        if self.step.creates:
            return go(address)
        return swap_record(
            address, f"{self.name}/detail.html", f"{self.name}/_record.html", **page_of(self.section, record)
        )

    def _keep_files(self, tokens: list[str]) -> None:
        if isinstance(self.form, WithFiles):
            self.form.kept_files.data = " ".join([*(upload.token for upload in self.form.kept()), *tokens])

    @property
    def then(self) -> str | None:
        """The list to which the person comes back from the step; None: the record's page."""
        return url_for(BACK_TO[request.args["then"]]) if request.args.get("then") in BACK_TO else None

    def _show(
        self,
        record: Workflowed | None,
        status: int,
        *,
        closed: bool = False,
        changed: list[dict[str, Any]] | None = None,
    ) -> Any:
        drafted = (
            db.session.get(Draft, (current_user.id, form_address())) if request.method == "GET" else None
        )
        self.form.offer(record, self.on)
        if self.step.signed:
            self._covered()
        if request.method == "GET" and drafted is None:
            self.form.fill(record, self.on)
        back = (
            url_for(f"{self.name}.detail", record_id=record.id)
            if record is not None
            else url_for(f"{self.name}.index")
        )
        action = request.full_path if self.then else form_address()
        return show(
            "step.html",
            "_step.html",
            status=status,
            form=self.form,
            record=record,
            step=self.step,
            kind=self.section.kind,
            section=self.name,
            inline=is_htmx(),
            closed=closed,
            stale=status == 409,
            drafted=drafted,
            back=back,
            action=action,
            changed=changed,
            draft=form_address(),
            cancel=self.then or back,
            **self.section.shown(),
            fields=[f"{self.name}/_{self.step.name}_form.html", "_form_fields.html"],
        )


def form_address() -> str:
    """The address of a form, by which its draft is kept: of a form about a line of a record each line has its
    own."""
    line = asked_id("line")
    return f"{request.path}?line={line}" if line else request.path


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


def password_fault(typed: str | None, wrong: str, on: datetime) -> str | None:
    """Why this is not the person's own password (`wrong`, or that the login is closed); None when it is.

    It is asked and counted like that of the login, under the lock: guessing on an open tablet leads nowhere,
    nor do many tries at once.
    """
    if not typed:
        return wrong
    right, username = current_user.check_password(typed), current_user.username
    begin_write()
    minutes = LoginFailure.minutes_left(username, on)
    if not right and not minutes:
        LoginFailure.add(username, on)
    db.session.commit()
    if minutes:
        return gettext("Too many wrong passwords. Please wait %(minutes)s min.", minutes=minutes)
    return None if right else wrong


def keep_pending(files: list[Any], on: datetime) -> list[str]:
    """Notes the files that came, so that a refused form does not lose them; returns their tokens."""
    if not files:
        return []
    begin_write()
    uploads = [
        PendingUpload(
            token=secrets.token_urlsafe(16),
            user_id=current_user.id,
            at=on,
            sha256=file.sha256,
            name=file.name,
            mime=file.mime,
            size=file.size,
            is_image=file.is_image,
        )
        for file in files
    ]
    db.session.add_all(uploads)
    db.session.commit()
    return [upload.token for upload in uploads]


def save_draft(user: User, path: str, fields: MultiDict[str, Any], on: datetime) -> bool:
    """Keeps what a person typed into the form at an address, until it is sent or thrown away; False for what
    nobody types."""
    kept = {
        key: values
        for key, values in fields.lists()
        if key not in KEPT_OUT and "password" not in key and any(values)
    }
    text = json.dumps(kept, ensure_ascii=False)
    if len(text) > MOST_DRAFT:
        return False
    draft = db.session.get(Draft, (user.id, path)) or Draft(user_id=user.id, form=path)
    draft.fields, draft.at = text, on
    db.session.add(draft)
    return True
