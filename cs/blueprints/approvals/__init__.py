"""Approvals 签核 (5.2.2, 5.3.4): one queue of all that needs a signature, signed or refused where it
stands."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, abort, request, url_for
from flask_babel import gettext, ngettext
from flask_login import current_user
from sqlalchemy import false

from cs.extensions import begin_write, db
from cs.models.deputies import Deputy
from cs.procedure.authority import Permission, roles_with
from cs.queries.approvals import TO_SIGN, besides, open_of_customers, signed_tasks
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
from cs.web.responses import go, say, show
from cs.web.submission import Outcome, Submission
from cs.wording.words import role_name, step_name, term, today

blueprint = Blueprint("approvals", __name__, url_prefix="/approvals")


def _whose(escalations: Escalations) -> list[tuple[str, str]]:
    escalated = [("escalated", gettext("Escalated to me"))] if escalations.concern(current_user) else []
    return [("", gettext("Mine")), *escalated, ("all", gettext("Everybody's"))]


def _listing(escalations: Escalations) -> Listing:
    """Mine, unless the address asks for what is escalated to me or for everybody's."""
    whose = request.args.get("whose")
    if whose == "escalated":
        condition = escalations.shown_to(current_user)
    else:
        condition = (
            signed_tasks() if whose == "all" else signed_tasks() & waits_for(current_user, escalations.on)
        )
    return Listing(
        Task,
        TO_SIGN.where(condition),
        {
            "since": Sort(lambda: term("waiting_since"), Task.since),
            "newest": Sort(lambda: gettext("Newest first"), Task.since, descending=True),
        },
        (
            Filter("whose", lambda: gettext("Whose"), lambda: _whose(escalations), lambda _value: ~false()),
            Filter(
                "waits",
                lambda: term("status"),
                lambda: [("beyond", gettext("Time limit exceeded"))],
                lambda _value: escalations.beyond(),
            ),
            Filter(
                "what", lambda: term("step"), _awaited, lambda value: Task.kind + "." + Task.name == value
            ),
        ),
    )


def _awaited() -> list[tuple[str, str]]:
    found = {}
    for kind, cls in KINDS.items():
        for step in getattr(cls.workflow, "steps", ()):
            if step.task and step.signed:
                found[f"{kind}.{step.task}"] = step_name(kind, step.task)
    return list(found.items())


def _steps(row: Any, managers: set[int]) -> list[dict[str, Any]]:
    """The buttons of a line that waits for this person, themselves or as the deputy of these managers: the
    signed alternatives of its task."""
    if is_stuck(row) or not _mine(row, managers):
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


def _mine(row: Any, managers: set[int]) -> bool:
    """Whether the line waits for this person; for a deputy the record itself says so, since they may be its
    applicant or have signed."""
    if row.user_id in (None, current_user.id):
        return bool(current_user.may(Permission(row.permission)))
    cls: Any = KINDS[row.kind]
    if row.user_id not in managers or Permission(row.permission) not in cls.deputised:
        return False
    record, on = find(cls, row.record_id), datetime.now(UTC)
    role, signed_for = record.signing(current_user, on) if record is not None else (None, None)
    return role is not None and (signed_for is None or signed_for.id == row.user_id)


def is_stuck(row: Any) -> bool:
    """A gate that nobody can pass: a signature that only certain people may give, and none of them is
    there."""
    return row.user_id is None and bool(KINDS[row.kind].workflow.step(row.step).persons)  # type: ignore[union-attr]


def _clause(row: Any) -> str:
    return KINDS[row.kind].workflow.step(row.step).clause  # type: ignore[union-attr]


@blueprint.route("/")
@requires(Permission.READ)
def index() -> Any:
    """What waits for a signature: of mine, with what others leave waiting too long where my role is told of
    it, or of everybody's."""
    on = datetime.now(UTC)
    escalations = Escalations(on)
    page = _listing(escalations).page(request.args, url_for("approvals.index"))
    escalated = [] if page.narrowed or page.previous_url else escalations.first(current_user)
    standing_in = Deputy.acting_for(current_user, on)
    managers = {row.manager_id for row in standing_in}
    open_ = open_of_customers({row.customer_id for row in [*page.rows, *escalated] if row.customer_id})
    return show(
        "approvals/index.html",
        "approvals/_rows.html",
        page=page,
        others_of=lambda row: besides(open_, row.kind, row.customer_id),
        steps_of=lambda row: _steps(row, managers),
        address_of=address_of,
        is_stuck=is_stuck,
        clause_of=_clause,
        roles_of=lambda row: roles_with(Permission(row.permission)),
        section_of=section_of,
        beyond_of=escalations.of,
        escalated=escalated,
        escalated_counts=escalations.counts(current_user) if escalated else {},
        whom=escalations.whom_to_call(
            current_user, page.rows if request.args.get("whose") == "escalated" else escalated
        ),
        standing_in=standing_in,
    )


# Deputies


class DeputyForm(StepForm):
    """Who signs in my place, under which of my roles, from which day to which."""

    role = Choice("needed_role", required=True, radio=True)
    deputy_id = Reference("deputy", required=True)
    first_on = Day("from_date", required=True)
    last_on = Day("to_date", required=True)

    def offer(self, record: Any, on: datetime) -> None:
        mine = [role for role in roles_with(Permission.APPROVE_REPLENISHMENT) if role in current_user.roles]
        self.role.choices = [(role, role_name(role)) for role in mine]
        self.deputy_id.choices = reference_choices(
            [
                (one.id, one.name)
                for one in people_to_choose(Permission.ATTACH_FILE)
                if one.id != current_user.id
            ]
        )

    def fill(self, record: Any, on: datetime) -> None:
        self.first_on.data = today()
        self.role.data = self.role.choices[0][0]

    def check(self, record: Any, on: datetime) -> None:
        first, last = self.first_on.data, self.last_on.data
        if self.first_on.errors or self.last_on.errors or not first or not last:
            return
        if last < first:
            self.fault("last_on", gettext("The period ends before it begins."))
        elif last < today():
            self.fault("last_on", gettext("This day is over."))
        elif (
            self.role.data
            and not self.role.errors
            and Deputy.within(current_user, self.role.data, first, last)
        ):
            self.fault("first_on", gettext("A deputy is already named for some of these days."))


class _NameDeputy(Submission):
    """A deputy who is named."""

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

    def show(self, record: None, status: int) -> Any:
        self.form.offer(record, self.on)
        if status == 200:
            self.form.fill(record, self.on)
        return show(
            "approvals/deputies.html",
            form=self.form,
            named=Deputy.of(current_user),
            today=today(),
            status=status,
        )


@blueprint.route("/deputies", methods=["GET", "POST"])
@requires(Permission.APPROVE_REPLENISHMENT)
def deputies() -> Any:
    """The deputies that I named; naming one."""
    submission = _NameDeputy(DeputyForm(), datetime.now(UTC))
    return submission.take() if request.method == "POST" else submission.show(None, 200)


@blueprint.route("/deputies/<int:deputy_id>/withdraw", methods=["POST"])
@requires(Permission.APPROVE_REPLENISHMENT)
def withdraw(deputy_id: int) -> Any:
    """I sign alone again."""
    begin_write()
    row = find(Deputy, deputy_id, lock=True) or abort(404)
    if row.manager_id != current_user.id:
        abort(403)
    if row.withdrawn_at is None:
        row.withdraw(by=current_user._get_current_object(), on=datetime.now(UTC))
    db.session.commit()
    say(gettext("The deputy no longer signs for you."))
    return go(url_for("approvals.deputies"))


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
        for clause, count in Escalations(on).by_clause().items()
    }


SECTION = Section(blueprint, lambda: gettext("Approvals"), "pen", evidence=_escalated_by_clause)
