"""The one step route that every section mounts: the form of a step, and taking it in the order of
cs.web.submission."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import abort, current_app, g, request, url_for
from flask_babel import gettext
from flask_login import current_user

from cs.extensions import db
from cs.printing.definition import Paper
from cs.printing.sheets import asked_language, language_links, paper_pdf
from cs.procedure.authority import Permission
from cs.procedure.workflow import Step
from cs.records.attachments import Draft, PendingUpload, attach
from cs.records.record import find
from cs.records.sections import RecordSection
from cs.records.users import User
from cs.records.workflowed import Workflowed
from cs.web.access import requires
from cs.web.downloads import pdf
from cs.web.drafts import form_address, posted
from cs.web.fields import StepForm, WithFiles, stage
from cs.web.passwords import password_fault
from cs.web.pending_files import keep_pending
from cs.web.responses import go, go_within, is_htmx, say, show, swap_record
from cs.web.submission import Outcome, Submission
from cs.web.timeline import TimelineEntry, changes_since
from cs.wording.words import step_name

BACK_TO = {"approvals": "approvals.index"}  # lists in which a step is taken, by what the address says


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
        return pdf(found, paper_pdf(found, record, asked_language()), record.title)

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
    form = section.forms[step.name](formdata=posted(form_address()))
    submission = _StepSubmission(name, section, step, record_id, form)
    if request.method == "GET":
        return submission.ask(record)
    return submission.redraw(record) if form.redraws else submission.take()


class _StepSubmission(Submission):
    """One request for one step."""

    def __init__(
        self, name: str, section: RecordSection, step: Step, record_id: int | None, form: StepForm
    ) -> None:
        super().__init__(form, datetime.now(UTC))
        self.name, self.section, self.step, self.record_id = name, section, step, record_id
        self.waiting: list[str] = []  # the tokens of the files that came with this request
        self.signed = not step.signed

    def ask(self, record: Workflowed | None) -> Any:
        """The form, filled with what the record says or what the person had begun to write."""
        self.check_relation(record)
        if record is not None and self.step not in record.open_steps(self.on):
            return self._show(record, 409, closed=True)
        if not self.form.version.data:
            self.form.stamp(record)
        return self._show(record, 200)

    def redraw(self, record: Workflowed | None) -> Any:
        """The form filled in further, with all that is typed; nothing is checked."""
        self.check_relation(record)
        self.stage_files()
        self._keep_files()
        self.form.redraw()
        return self._show(record, 200)

    def load(self, *, lock: bool) -> Workflowed | None:
        if self.record_id is None:
            return None
        return find(self.section.model, self.record_id, lock=lock) or abort(404)

    def check_relation(self, record: Workflowed | None) -> None:
        if record is not None and not record.relates(self.step, current_user, self.on):
            abort(403)

    def stage_files(self) -> None:
        if isinstance(self.form, WithFiles):
            self.waiting += keep_pending(stage(self.form), self.on)

    def prepare(self, record: Workflowed | None) -> None:
        self.signed = not self.step.signed or self._signs()

    def is_refused_without_lock(self, record: Workflowed | None) -> bool:
        if self.signed:
            return super().is_refused_without_lock(record)
        return not self.accepts(record)

    def is_outdated(self, record: Workflowed | None) -> bool:
        return record is not None and (
            self.step not in record.open_steps(self.on) or self.form.is_stale(record)
        )

    def accepts(self, record: Workflowed | None) -> bool:
        signed = self.signed
        if (
            signed and self.step.signed and not self.form.password.data
        ):  # as it stands under the lock: the session may have been ended meanwhile
            signed = self._covered() is not None
        accepted = super().accepts(record)
        if not signed and not self.form.password.errors:
            self.form.fault("password", self.form.password_fault)
        return accepted and signed

    def act(self, record: Workflowed | None) -> Outcome:
        changed = self._verb(record)
        address = url_for(f"{self.name}.detail", record_id=changed.id)
        return Outcome(address, lambda: self._answer(changed, address))

    def show(self, record: Workflowed | None, status: int) -> Any:
        self._keep_files()
        if record is None or status != 409:
            return self._show(record, status)
        closed, seen = self.step not in record.open_steps(self.on), self.form.version.data or ""
        stale = self.form.is_stale(record)
        self.form.stamp(record)
        changed = changes_since(record, int(seen)) if seen.isdecimal() and len(seen) < 10 else []
        return self._show(record, status, closed=closed, stale=stale, changed=changed)

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

    def _verb(self, record: Workflowed | None) -> Workflowed:
        """One verb and its files. Files come before the verb where they can: the chain then ties them to its
        signature."""
        by: User = current_user._get_current_object()
        if self.step.signed:
            self._note_password(by)
        if record is not None:
            self._attach(record, by)
        made = getattr(record or self.section.model, self.step.name)(**self.form.values(), by=by, on=self.on)
        if record is None:
            record = made
            self._attach(record, by)
        return record

    def _note_password(self, by: User) -> None:
        """Where a setting lets one password do for several signatures: the signature says which, the session
        keeps the last one typed."""
        by.password_at = None if self.form.password.data else self._covered()
        if self.form.password.data and current_app.config["CS_SIGN_AGAIN_MINUTES"]:
            g.login_session.signed_at = self.on

    def _attach(self, record: Workflowed, by: User) -> None:
        if isinstance(self.form, WithFiles):
            pending = self.form.kept() + PendingUpload.of(by, self.waiting)
            attach(record, pending, step=self.step.name, by=by, on=self.on)
            for upload in pending:
                db.session.delete(upload)

    def _answer(self, record: Workflowed, address: str) -> Any:
        say(gettext("Done: %(step)s.", step=step_name(self.section.kind, self.step.name)))
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

    def _keep_files(self) -> None:
        if isinstance(self.form, WithFiles):
            self.form.kept_files.data = " ".join(
                [*(upload.token for upload in self.form.kept()), *self.waiting]
            )

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
        stale: bool = False,
        changed: list[TimelineEntry] | None = None,
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
            stale=stale,
            drafted=drafted,
            back=back,
            action=action,
            changed=changed,
            draft=form_address(),
            cancel=self.then or back,
            **self.section.shown(),
            fields=[f"{self.name}/_{self.step.name}_form.html", "_form_fields.html"],
        )
