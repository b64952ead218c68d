"""Approvals 签核 (5.2.2, 5.3.4): one queue of all that needs a signature, to sign or refuse in place."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_login import current_user
from sqlalchemy import false

from cs.extensions import db
from cs.models.deputies import Deputy
from cs.procedure.authority import Permission, roles_with
from cs.queries.approvals import TO_SIGN, open_counts_by_customer, other_open_counts, signed_tasks
from cs.queries.escalation import Escalations
from cs.queries.listing import Filter, Listing, Sort
from cs.queries.my_work import waits_for
from cs.records.record import KINDS, find
from cs.records.sections import ClauseEvidence, Section
from cs.records.tasks import Task
from cs.records.users import User
from cs.web.access import requires
from cs.web.fields import Choice, Day, Reference, StepForm, reference_choices
from cs.web.options import address_of, people_to_choose, section_of
from cs.web.responses import say, show
from cs.web.submission import Outcome, Submission, press
from cs.wording.formats import local_today
from cs.wording.labels import role_name, step_name, term

blueprint = Blueprint("approvals", __name__, url_prefix="/approvals")


def _queue_options(escalations: Escalations) -> list[tuple[str, str]]:
    escalated = [("escalated", gettext("Escalated to me"))] if escalations.may_concern(current_user) else []
    return [("", gettext("Mine")), *escalated, ("all", gettext("Everybody's"))]


def _listing(escalations: Escalations) -> Listing:
    """Return the list of the person's own tasks, unless the URL asks for the escalated or for everybody's."""
    whose = request.args.get("whose")
    condition = signed_tasks()
    if whose == "escalated":
        condition = escalations.shown_to(current_user)
    elif whose != "all":
        condition = signed_tasks() & waits_for(current_user, escalations.on)
    return Listing(
        Task,
        TO_SIGN.where(condition),
        {
            "since": Sort(lambda: term("waiting_since"), Task.since),
            "newest": Sort(lambda: gettext("Newest first"), Task.since, descending=True),
        },
        (
            Filter(
                "whose",
                lambda: gettext("Whose"),
                lambda: _queue_options(escalations),
                lambda _value: ~false(),
            ),
            Filter(
                "waits",
                lambda: term("status"),
                lambda: [("beyond", gettext("Time limit exceeded"))],
                lambda _value: escalations.is_escalated(),
            ),
            Filter(
                "what",
                lambda: term("step"),
                _signed_task_options,
                lambda value: Task.kind + "." + Task.name == value,
            ),
        ),
    )


def _signed_task_options() -> list[tuple[str, str]]:
    options = {}
    for kind, cls in KINDS.items():
        for step in getattr(cls.workflow, "steps", ()):
            if step.task and step.signed:
                options[f"{kind}.{step.task}"] = f"{step_name(kind, step.task)} · {term(kind)}"
    return list(options.items())


def _step_buttons(row: Any, managers: set[int]) -> list[dict[str, Any]]:
    """Return a button for each signed step of a task that awaits this person.

    `managers` are the people for whom this person acts as deputy.
    """
    if is_stuck(row) or not _awaits_this_person(row, managers):
        return []
    return [
        {
            "label": step_name(row.kind, step.name),
            "primary": step.primary,
            "url": url_for(
                f"{section_of(row.kind)}.step", record_id=row.record_id, step=step.name, then="approvals"
            ),
        }
        for step in KINDS[row.kind].workflow.steps
        if step.task == row.name and step.signed
    ]  # type: ignore[union-attr]


def _awaits_this_person(row: Any, managers: set[int]) -> bool:
    """Return whether the task awaits this person, as themselves or as a deputy.

    Of a deputy the record is asked, since they may be its applicant or have signed already.
    """
    cls: Any = KINDS[row.kind]
    if row.user_id == current_user.id and Permission(row.permission) in cls.in_place:
        return True
    if row.user_id in (None, current_user.id):
        return bool(current_user.may(Permission(row.permission)))
    if row.user_id not in managers or Permission(row.permission) not in cls.deputised:
        return False
    record, on = find(cls, row.record_id), datetime.now(UTC)
    role, signed_for = record.signing(current_user, on) if record is not None else (None, None)
    return role is not None and (signed_for is None or signed_for.id == row.user_id)


def is_stuck(row: Any) -> bool:
    """Return whether only certain people may give this signature, and none of them is there."""
    step = KINDS[row.kind].workflow.step(row.step)  # type: ignore[union-attr]
    return row.user_id is None and step.persons is not None and not step.queued


def _clause(row: Any) -> str:
    return KINDS[row.kind].workflow.step(row.step).clause_on(row.route)  # type: ignore[union-attr]


@blueprint.route("/")
@requires(Permission.READ)
def index() -> ResponseReturnValue:
    """Show what awaits a signature of this person or of everybody, and what is escalated to their role."""
    on = datetime.now(UTC)
    escalations = Escalations(on)
    page = _listing(escalations).page(request.args, url_for("approvals.index"))
    escalated = [] if page.narrowed or page.previous_url else escalations.first_shown_to(current_user)
    deputyships = Deputy.acting_for(current_user, on)
    managers = {deputyship.manager_id for deputyship in deputyships}
    customers = {row.customer_id for row in [*page.rows, *escalated] if row.customer_id}
    open_records = open_counts_by_customer(customers)
    return show(
        "approvals/index.html",
        "approvals/_rows.html",
        page=page,
        others_of=lambda row: other_open_counts(open_records, row.kind, row.customer_id),
        steps_of=lambda row: _step_buttons(row, managers),
        address_of=address_of,
        is_stuck=is_stuck,
        clause_of=_clause,
        roles_of=lambda row: roles_with(Permission(row.permission)),
        section_of=section_of,
        beyond_of=escalations.escalation_of,
        escalated=escalated,
        escalated_counts=escalations.counts_shown_to(current_user) if escalated else {},
        whom=escalations.whom_to_call(
            current_user, page.rows if request.args.get("whose") == "escalated" else escalated
        ),
        standing_in=deputyships,
    )


# Deputies


class DeputyForm(StepForm):
    """Who signs for this person, in which role, from which day to which."""

    role = Choice("needed_role", required=True, radio=True)
    deputy_id = Reference("deputy", required=True)
    first_on = Day("from_date", required=True)
    last_on = Day("to_date", required=True)

    def offer(self, record: Any, on: datetime) -> None:
        approving = roles_with(Permission.APPROVE_REPLENISHMENT)
        self.role.choices = [(role, role_name(role)) for role in approving if role in current_user.roles]
        people = people_to_choose(Permission.ATTACH_FILE)
        self.deputy_id.choices = reference_choices(
            [(person.id, person.name) for person in people if person.id != current_user.id]
        )

    def fill(self, record: Any, on: datetime) -> None:
        self.first_on.data = local_today()
        self.role.data = self.role.choices[0][0]

    def check(self, record: Any, on: datetime) -> None:
        first, last = self.first_on.data, self.last_on.data
        if self.first_on.errors or self.last_on.errors or not first or not last:
            return
        if last < first:
            self.fault("last_on", gettext("The period ends before it begins."))
        elif last < local_today():
            self.fault("last_on", gettext("This day is over."))
        elif (
            self.role.data
            and not self.role.errors
            and Deputy.within(current_user, self.role.data, first, last)
        ):
            self.fault("first_on", gettext("A deputy is already named for some of these days."))


class _NameDeputy(Submission):
    """The form that names a deputy."""

    form: DeputyForm

    def act(self, record: None) -> Outcome:
        Deputy.name_for(
            role=self.form.role.data,
            deputy=db.session.get_one(User, self.form.deputy_id.data),
            first_on=self.form.first_on.data,
            last_on=self.form.last_on.data,
            by=current_user._get_current_object(),
            on=self.on,
        )
        say(gettext("The deputy is named. Their signatures will state that they sign for you."))
        return Outcome(url_for("approvals.deputies"))

    def show(self, record: None, status: int) -> ResponseReturnValue:
        self.form.offer(record, self.on)
        if status == 200:
            self.form.fill(record, self.on)
        return show(
            "approvals/deputies.html",
            form=self.form,
            named=Deputy.of(current_user),
            today=local_today(),
            status=status,
        )


@blueprint.route("/deputies", methods=["GET", "POST"])
@requires(Permission.APPROVE_REPLENISHMENT)
def deputies() -> ResponseReturnValue:
    """Show the deputies whom this person named, and accept another."""
    submission = _NameDeputy(DeputyForm(), datetime.now(UTC))
    return submission.take() if request.method == "POST" else submission.show(None, 200)


@blueprint.route("/deputies/<int:deputy_id>/withdraw", methods=["POST"])
@requires(Permission.APPROVE_REPLENISHMENT)
def withdraw(deputy_id: int) -> ResponseReturnValue:
    """Withdraw a deputy."""

    def act() -> Outcome:
        row = find(Deputy, deputy_id, lock=True) or abort(404)
        if row.manager_id != current_user.id:
            abort(403)
        if row.withdrawn_at is None:
            row.withdraw(by=current_user._get_current_object(), on=datetime.now(UTC))
        say(gettext("The deputy no longer signs for you."))
        return Outcome(url_for("approvals.deputies"))

    return press(act)


def _escalated_by_clause(_year: int, on: datetime) -> ClauseEvidence:
    """Return the signatures of each clause that wait beyond their working hours now."""
    return {
        clause: [
            (
                ngettext(
                    "%(num)d signature has exceeded its time limit",
                    "%(num)d signatures have exceeded their time limit",
                    count,
                ),
                url_for("approvals.index", whose="all", waits="beyond"),
            )
        ]
        for clause, count in Escalations(on).counts_by_clause().items()
    }


SECTION = Section(blueprint, lambda: gettext("Approvals"), "pen", evidence=_escalated_by_clause)
