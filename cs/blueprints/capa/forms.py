"""The form of each step of a CAR (5.2.2.5, DC-FM-04), and what each refuses beside its field."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask_babel import gettext
from flask_login import current_user

from cs.blueprints.capa.answer_forms import AnalyseForm, MeasuresForm
from cs.models.capa.capa import Capa
from cs.models.complaints.complaint import Complaint
from cs.models.holidays import work_calendar
from cs.models.returns.customer_return import Return
from cs.procedure import capa as procedure
from cs.procedure import complaints
from cs.procedure.authority import Permission
from cs.records.procedure import local_day, rulebook
from cs.records.record import by_number, find
from cs.web.effects import check_effect_day, effect_notice
from cs.web.fields import (
    Choice,
    Day,
    LongText,
    ReasonForm,
    Reference,
    Signed,
    StepForm,
    Text,
    WithAmendmentReason,
    WithFiles,
    Yes,
    requested_id,
)
from cs.web.measures import check_evidence, measure_in_words, owners_to_choose, which_measure
from cs.web.options import customers_to_choose, departments_to_choose, people_to_choose
from cs.wording.formats import list_in_words


def _answer_day(on: datetime) -> date:
    """Return the day by which the department answers unless another is named (7.6-10)."""
    return work_calendar().add_working_days(local_day(on), rulebook().capa.answer_days)


def _not_before(form: Any, name: str, day: date | None, message: str) -> None:
    if day and form[name].data and form[name].data < day:
        form.fault(name, message)


# Issuing


class _DutyForm(StepForm):
    """The department that a CAR is sent to, the problem, and the day of the answer."""

    problem = LongText("problem", required=True)
    department = Choice("resp_dept", required=True)
    due_on = Day("due_on", required=True)
    led_by_process = Yes("led_by_process")

    def offer(self, record: Any, on: datetime) -> None:
        current = record.department if record else None
        self.department.choices = departments_to_choose(current)
        self.tick_by_rule(record)

    def fill(self, record: Any, on: datetime) -> None:
        super().fill(record, on)
        self.tick_by_rule(record)

    def tick_by_rule(self, record: Any) -> None:
        """Tick process engineering for a chronic complaint, without a choice (3.4)."""
        complaint = record.complaint if record else self.chosen_complaint
        if complaint is not None and procedure.led_by_process(complaint.nature):
            self.led_by_process.data = True
            self.led_by_process.render_kw = {"disabled": True}

    @property
    def chosen_complaint(self) -> Complaint | None:
        """Return the complaint that a new CAR is about; None where it is about none."""
        return None

    def check(self, record: Any, on: datetime) -> None:
        if record is None or self.due_on.data != record.due_on:
            _not_before(self, "due_on", local_day(on), gettext("This day is over."))
        if self.department.data and not people_to_choose(
            Permission.ANSWER_CAPA, department=self.department.data
        ):
            self.fault(
                "department", gettext("Nobody belongs to this department, so nobody would see the report.")
            )


class IssueForm(_DutyForm):
    """5.2.2.5, 5.4.6.1: from a complaint, whose data are filled in, or from another source."""

    source = Choice("source", "capa_source", required=True)
    source_no = Text("source_no", most=60)
    customer_id = Reference("customer")

    def offer(self, record: Any, on: datetime) -> None:
        super().offer(record, on)
        self.customer_id.choices = customers_to_choose()

    def fill(self, record: Any, on: datetime) -> None:
        self.due_on.data = _answer_day(on)
        returned = find(Return, requested_id("return"))
        complaint = find(Complaint, requested_id("complaint"))
        if returned is not None:
            self._fill_from_return(returned)
        elif complaint is not None:
            self.source.data, self.source_no.data, self.customer_id.data = (
                procedure.FROM_COMPLAINT,
                complaint.number,
                complaint.customer_id,
            )
            self.department.data = complaint.responsible_department
            self.problem.data = "\n".join(
                text for text in (complaint.description, complaint.analysis) if text
            )
            self.tick_by_rule(record)

    def _fill_from_return(self, returned: Return) -> None:
        """Fill in the rework that was not effective (3.4), under its complaint while that asks for CARs."""
        complaint = returned.complaint
        self.source.data, self.source_no.data = procedure.FROM_RETURN, returned.number
        if complaint is not None and complaint.state in complaints.WITH_CAPA:
            self.source.data, self.source_no.data = procedure.FROM_COMPLAINT, complaint.number
        self.customer_id.data = returned.customer_id
        self.department.data = complaint.responsible_department if complaint else None
        goods = list_in_words(f"{line.product.model} {line.lot_no or ''}".strip() for line in returned.lines)
        words = (f"{returned.number} {goods}", returned.effect_note, returned.effect_follow_up)
        self.problem.data = "\n".join(text for text in words if text)

    def check(self, record: Any, on: datetime) -> None:
        super().check(record, on)
        if self.source.data != procedure.FROM_COMPLAINT:
            return
        if not self.source_no.data:
            self.fault("source_no", gettext("Enter the number of the complaint."))
            return
        complaint = self.chosen_complaint
        if complaint is None or complaint.state not in complaints.WITH_CAPA:
            self.fault(
                "source_no",
                gettext(
                    "There is no complaint with this number that quality has received and that is still open."
                ),
            )
        elif self.customer_id.data not in (None, complaint.customer_id):
            self.fault("customer_id", gettext("This complaint belongs to another customer."))

    @property
    def chosen_complaint(self) -> Complaint | None:
        from_complaint = self.source.data == procedure.FROM_COMPLAINT
        return by_number(Complaint, self.source_no.data) if from_complaint else None

    def values(self) -> dict[str, Any]:
        complaint = self.chosen_complaint
        return super().values() | {"complaint_id": complaint.id if complaint else None}


class AmendForm(WithAmendmentReason, _DutyForm):
    """5.6: another department or day, or a clearer description, and why."""


# Carrying out


class DoActionForm(WithFiles, StepForm):
    """7.4-48: the owner reports that a measure is carried out, with evidence."""

    action_id = which_measure("which_action")
    done_on = Day("done_on", required=True)
    done_note = LongText("done_note", required=True, most=1000)

    def offer(self, record: Capa, on: datetime) -> None:
        self.action_id.choices = [
            (action.id, measure_in_words(action))
            for action in record.open_actions
            if action.owner_id == current_user.id
        ]

    def fill(self, record: Capa, on: datetime) -> None:
        self.done_on.data = local_day(on)
        if len(self.action_id.choices) == 1:
            self.action_id.data = self.action_id.choices[0][0]

    def check(self, record: Capa, on: datetime) -> None:
        if self.done_on.data and self.done_on.data > local_day(on):
            self.fault("done_on", gettext("This is in the future."))
        _not_before(
            self,
            "done_on",
            record.round_began_on,
            gettext("This is before the report was issued (%(day)s).", day=record.round_began_on),
        )
        check_evidence(self)


class ReassignForm(StepForm):
    """Give an action to another owner."""

    action_id = which_measure("which_action")
    owner_id = Reference("new_owner", required=True)
    planned_on = Day("planned_on", required=True)

    def offer(self, record: Capa, on: datetime) -> None:
        self.action_id.choices = [
            (action.id, f"{measure_in_words(action)} · {action.owner.name}") for action in record.open_actions
        ]
        self.owner_id.choices = owners_to_choose()

    def fill(self, record: Capa, on: datetime) -> None:
        without_owner = [action for action in record.open_actions if action.owner_gone]
        for action in (without_owner or record.open_actions)[:1]:
            self.action_id.data, self.planned_on.data = action.id, max(action.planned_on, local_day(on))

    def check(self, record: Capa, on: datetime) -> None:
        _not_before(self, "planned_on", local_day(on), gettext("This day is over."))


class CarryOutForm(StepForm):
    """No fields: this step is taken when the last action is carried out."""


# Verifying


class _ProofForm(Signed, WithFiles, StepForm):
    """7.4-58 to 60: how and over which period the effect was watched, and what the data show; signed."""

    verification_method = Text("verification_method", required=True, most=300)
    period_from = Day("period_from", required=True)
    period_to = Day("period_to", required=True)
    verification_data = LongText("verification_data", required=True)

    def fill(self, record: Capa, on: datetime) -> None:
        self.period_from.data, self.period_to.data = record.carried_out_on, local_day(on)

    def check(self, record: Capa, on: datetime) -> None:
        begin, end = self.period_from.data, self.period_to.data
        _not_before(
            self,
            "period_from",
            record.carried_out_on,
            gettext(
                "Effectiveness can be verified only after the measures were carried out (%(day)s).",
                day=record.carried_out_on,
            ),
        )
        if end and end > local_day(on):
            self.fault("period_to", gettext("This is in the future."))
        elif begin and end and end < begin:
            self.fault("period_to", gettext("The period ends before it begins."))


class VerifyForm(_ProofForm):
    """The measures work, which nobody can say before its day."""

    def offer(self, record: Capa, on: datetime) -> None:
        self.notice = effect_notice(record.effective_from, on)

    def check(self, record: Capa, on: datetime) -> None:
        super().check(record, on)
        if not self.period_to.errors:
            check_effect_day(self, "period_to", record.effective_from, on)


class ReopenForm(_ProofForm):
    """The measures do not work: the department answers again, by a new day."""

    due_on = Day("due_on", required=True)

    def fill(self, record: Capa, on: datetime) -> None:
        super().fill(record, on)
        self.due_on.data = _answer_day(on)

    def check(self, record: Capa, on: datetime) -> None:
        super().check(record, on)
        _not_before(self, "due_on", local_day(on), gettext("This day is over."))


FORMS: dict[str, type[StepForm]] = {
    "issue": IssueForm,
    "amend": AmendForm,
    "analyse": AnalyseForm,
    "set_measures": MeasuresForm,
    "send_back": ReasonForm,
    "do_action": DoActionForm,
    "reassign": ReassignForm,
    "carry_out": CarryOutForm,
    "verify": VerifyForm,
    "reopen": ReopenForm,
    "void": ReasonForm,
}
