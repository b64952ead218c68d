"""The routes of the records of every section, and the form of a step, in the order of cs.web.submission."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import abort, current_app, g, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from cs.extensions import db
from cs.printing.definition import Paper
from cs.printing.sheets import language_links, paper_pdf, requested_language
from cs.procedure.authority import Permission
from cs.procedure.workflow import Step
from cs.records.attachments import Draft, PendingUpload, attach
from cs.records.events import record_ahead_of
from cs.records.record import find
from cs.records.sections import RecordSection
from cs.records.users import User
from cs.records.workflowed import Workflowed
from cs.web.access import requires
from cs.web.closed_steps import why_closed
from cs.web.downloads import pdf_download
from cs.web.drafts import form_url, sent_or_drafted_fields
from cs.web.fields import StepForm, WithFiles
from cs.web.opened import proof_of_opening, was_opened
from cs.web.options import form_address
from cs.web.passwords import password_fault
from cs.web.pending_files import record_pending_files, store_files
from cs.web.responses import go, go_within, is_htmx, say, show, swap_record
from cs.web.submission import Outcome, Submission
from cs.web.timeline import TimelineEntry, changes_since
from cs.wording.labels import step_name

RETURN_TO = {"approvals": "approvals.index"}  # lists that people return to, by the value of ?then=


def mount(section: RecordSection) -> RecordSection:
    """Add the routes /new, /<id> and /<id>/<step> to the blueprint of a section.

    Where its records have printed forms, add /<id>.pdf and /<id>/<form>.pdf.
    """
    blueprint, name, model = section.blueprint, section.name, section.model

    @requires(Permission.READ)
    def new() -> ResponseReturnValue:
        """Show or accept the form of the first creating step that this person may take."""
        step = section.creating_step(current_user)
        return take_step(name, section, step, None) if step else abort(403)

    @requires(Permission.READ)
    def detail(record_id: int) -> ResponseReturnValue:
        """Show the record in the order of its paper form."""
        record = find(model, record_id) or abort(404)
        return show(f"{name}/detail.html", f"{name}/_record.html", **page_of(section, record))

    @requires(Permission.READ)
    def step(record_id: int, step: str) -> ResponseReturnValue:
        """Show or accept the form of a step."""
        steps = {row.name: row for row in model.workflow.steps if not row.creates}
        return take_step(name, section, steps.get(step) or abort(404), record_id)

    @requires(Permission.READ)
    def paper(record_id: int, form: str) -> ResponseReturnValue:
        """Download the record as one of its printed forms."""
        record = find(model, record_id) or abort(404)
        papers = {paper.form: paper for paper in section.papers_of(record)}
        chosen = papers.get(form) or abort(404)
        title = record.title  # before the sheet lets go of the database
        return pdf_download(chosen, paper_pdf(chosen, record, requested_language()), title)

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
    """Return what the page of a record shows: the same for all sections, and what this section adds."""
    on = datetime.now(UTC)
    name = request.blueprint

    def links(paper: Paper) -> list[tuple[str, str]]:
        return language_links(
            lambda language: url_for(f"{name}.paper", record_id=record.id, form=paper.form, language=language)
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


def take_step(name: str, section: RecordSection, step: Step, record_id: int | None) -> ResponseReturnValue:
    """Show the form of a step, or accept it."""
    has_permission = current_user.may(step.permission)
    if not has_permission and step.permission not in section.model.deputised | section.model.in_place:
        abort(403)
    record = None
    if record_id is not None:
        record = find(section.model, record_id) or abort(404)
        if not has_permission and not record.stands_in(step, current_user, datetime.now(UTC)):
            abort(403)
    form_class = StepForm if step.makes else section.forms[step.name]
    form = form_class(formdata=sent_or_drafted_fields(form_url()))
    submission = _StepSubmission(name, section, step, record_id, form)
    if record is not None and step.makes:
        return submission.lead_on(record)
    if request.method == "GET":
        return submission.ask(record)
    return submission.redraw(record) if form.redraws else submission.take()


class _StepSubmission(Submission):
    """The form of a step, as one request sends or asks for it."""

    def __init__(
        self, name: str, section: RecordSection, step: Step, record_id: int | None, form: StepForm
    ) -> None:
        super().__init__(form, datetime.now(UTC))
        self.name, self.section, self.step, self.record_id = name, section, step, record_id
        self.file_tokens: list[str] = []  # of the files that came with this request
        self.signed = not step.signed

    def ask(self, record: Workflowed | None) -> ResponseReturnValue:
        """Show the form, filled from the record or from the person's draft."""
        self.check_relation(record)
        if record is not None and self.step not in record.open_steps(self.on):
            return self._show_form(record, 409, closed=True)
        if not self.form.version.data:
            self._stamp(record)
        for rows in self.form.row_lists:
            rows.take_strangers_as_new(record)
        return self._show_form(record, 200)

    def lead_on(self, record: Workflowed) -> ResponseReturnValue:
        """Lead to the form of the record by whose making the step is taken."""
        self.check_relation(record)
        if self.step not in record.open_steps(self.on):
            return self._show_form(record, 409, closed=True)
        return go(form_address(self.step.makes or "", record))

    def redraw(self, record: Workflowed | None) -> ResponseReturnValue:
        """Show the form again with one more row or the like, and with all that was typed."""
        self.check_relation(record)
        self.stage_files()
        if self._lacks_relation(record):
            return self.show(record, 409)
        self._remember_files()
        self.form.redraw()
        return self._show_form(record, 200)

    def load(self, *, lock: bool) -> Workflowed | None:
        if self.record_id is None:
            return None
        return find(self.section.model, self.record_id, lock=lock) or abort(404)

    def check_relation(self, record: Workflowed | None) -> None:
        """Refuse who has no relation, unless they had it when they opened the form: that is 409."""
        if self._lacks_relation(record) and not was_opened(self.form.opened.data):
            abort(403)

    def _lacks_relation(self, record: Workflowed | None) -> bool:
        return record is not None and not record.relates(self.step, current_user, self.on)

    def stage_files(self) -> None:
        if isinstance(self.form, WithFiles):
            self.file_tokens += record_pending_files(store_files(self.form), self.on)

    def prepare(self, record: Workflowed | None) -> None:
        self.signed = not self.step.signed or self._check_password()

    def is_refused_without_lock(self, record: Workflowed | None) -> bool:
        if self.signed:
            return super().is_refused_without_lock(record)
        return not self.accepts(record)

    def is_outdated(self, record: Workflowed | None) -> bool:
        return record is not None and (self._is_closed(record) or self.form.is_stale(record))

    def _is_closed(self, record: Workflowed) -> bool:
        """Return whether the step is not open, or not to this person any more."""
        return self.step not in record.open_steps(self.on) or self._lacks_relation(record)

    def accepts(self, record: Workflowed | None) -> bool:
        signed = self.signed
        if signed and self.step.signed and not self.form.password.data:
            # Looked up again under the lock: the session may have ended in the meantime.
            signed = self._covering_password_at() is not None
        accepted = super().accepts(record)
        if not signed and not self.form.password.errors:
            self.form.fault("password", self.form.password_fault)
        return accepted and signed

    def act(self, record: Workflowed | None) -> Outcome:
        changed = self._call_verb(record)
        address = url_for(f"{self.name}.detail", record_id=changed.id)
        return Outcome(address, lambda: self._answer(changed, address))

    def show(self, record: Workflowed | None, status: int) -> ResponseReturnValue:
        self._remember_files()
        if record is None or status != 409:
            return self._show_form(record, status)
        closed, seen = self._is_closed(record), self.form.version.data or ""
        stale = self.form.is_stale(record)
        self._stamp(record)
        changed = changes_since(record, int(seen)) if seen.isdecimal() and len(seen) < 10 else []
        return self._show_form(record, status, closed=closed, stale=stale, changed=changed)

    def _stamp(self, record: Workflowed | None) -> None:
        """Store in the form what the person sees, and that they have the relation that it asks for."""
        self.form.stamp(record)
        if self.step.relation and not self._lacks_relation(record):
            self.form.opened.data = proof_of_opening()

    def _check_password(self) -> bool:
        """Return whether the password is right, or one typed before still covers this signature."""
        if not self.form.password.data and self._covering_password_at():
            return True
        self.form.password_fault = password_fault(
            self.form.password.data, gettext("This is not your password. Nothing was signed."), self.on
        )
        return self.form.password_fault is None

    def _covering_password_at(self) -> datetime | None:
        """Return when the password was typed that still covers a signature in this session.

        The form then asks for none.
        """
        typed_at, covered_until = g.login_session.password_covers(self.on) or (None, None)
        self.form.cover(covered_until)
        self.form.record_ahead = record_ahead_of(self.on)
        return typed_at

    def _call_verb(self, record: Workflowed | None) -> Workflowed:
        """Attach the files and call the verb of the step.

        Files of an existing record come first: the chain of events then ties them to the signature.
        """
        by: User = current_user._get_current_object()
        if self.step.signed:
            self._note_password(by)
        if record is not None:
            self._attach(record, by)
        verb = getattr(record or self.section.model, self.step.name)
        result = verb(**self.form.values(), by=by, on=self.on)
        if record is not None:
            return record
        created: Workflowed = result
        self._attach(created, by)
        return created

    def _note_password(self, by: User) -> None:
        """Record which typed password covers this signature, where a setting lets one cover several."""
        covering = None if self.form.password.data else self._covering_password_at()
        by.password_at = covering  # type: ignore[misc]  # a ClassVar so that it is no column
        if self.form.password.data and current_app.config["CS_SIGN_AGAIN_MINUTES"]:
            g.login_session.signed_at = self.on

    def _attach(self, record: Workflowed, by: User) -> None:
        if isinstance(self.form, WithFiles):
            pending = self.form.kept() + PendingUpload.of(by, self.file_tokens)
            attach(record, pending, step=self.step.name, by=by, on=self.on)
            for upload in pending:
                db.session.delete(upload)

    def _answer(self, record: Workflowed, address: str) -> ResponseReturnValue:
        say(gettext("Done: %(step)s.", step=step_name(self.section.kind, self.step.name)))
        if self.then is not None:
            return go_within(self.then, "#rows")
        if self.step in record.steps_for(current_user, self.on):
            following = self.form.following(record)
            if following is not None:
                return go(url_for(f"{self.name}.step", record_id=record.id, step=self.step.name, **following))
        if self.step.creates:
            return go(address)
        return swap_record(
            address, f"{self.name}/detail.html", f"{self.name}/_record.html", **page_of(self.section, record)
        )

    def _remember_files(self) -> None:
        if isinstance(self.form, WithFiles):
            self.form.kept_files.data = " ".join(
                [*(upload.token for upload in self.form.kept()), *self.file_tokens]
            )

    @property
    def then(self) -> str | None:
        """Return the URL of the list that the person returns to; None for the page of the record."""
        endpoint = RETURN_TO.get(request.args.get("then", ""))
        return url_for(endpoint) if endpoint else None

    def _show_form(
        self,
        record: Workflowed | None,
        status: int,
        *,
        closed: bool = False,
        stale: bool = False,
        changed: list[TimelineEntry] | None = None,
    ) -> ResponseReturnValue:
        drafted = None
        if request.method == "GET":
            drafted = db.session.get(Draft, (current_user.id, form_url()))
        self.form.offer(record, self.on)
        if self.step.signed:
            self._covering_password_at()
        if request.method == "GET" and drafted is None:
            self.form.fill(record, self.on)
        back = url_for(f"{self.name}.index")
        if record is not None:
            back = url_for(f"{self.name}.detail", record_id=record.id)
        action = request.full_path if self.then else form_url()
        return show(
            "step.html",
            "_step.html",
            status=status,
            form=self.form,
            record=record,
            step=self.step,
            clause=record.clause_of(self.step) if record is not None else self.step.clause,
            kind=self.section.kind,
            section=self.name,
            inline=is_htmx(),
            closed=closed,
            stale=stale,
            drafted=drafted,
            back=back,
            action=action,
            changed=changed,
            why_closed=why_closed(self.section, record, self.step, self.on) if record and closed else [],
            draft=form_url(),
            cancel=self.then or back,
            **self.section.shown(),
            fields=[f"{self.name}/_{self.step.name}_form.html", "_form_fields.html"],
        )
