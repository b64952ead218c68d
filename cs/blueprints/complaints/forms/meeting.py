"""The forms of the meeting's way (5.2.2.4): who was there, what becomes of the goods, countersignatures,
plan, result."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from flask_babel import gettext
from flask_babel.speaklater import LazyString
from flask_login import current_user
from sqlalchemy import select
from wtforms import Field, SubmitField

from cs.blueprints.complaints.forms.calls import expected_attendees, nobody_speaks_for
from cs.blueprints.complaints.forms.faults import fault_of_place
from cs.extensions import db
from cs.models.complaints.meeting import representatives
from cs.procedure import complaints as procedure
from cs.procedure.authority import Permission, roles_with
from cs.procedure.meetings import place_faults
from cs.records.departments import Membership
from cs.records.procedure import local_day
from cs.records.users import User
from cs.web.fields import (
    Choice,
    Day,
    LongText,
    Moment,
    Reference,
    Signed,
    StepForm,
    Text,
    WithFiles,
    reference_choices,
)
from cs.web.number_fields import Whole
from cs.web.options import departments_to_choose
from cs.web.rows import RowForm, Rows, WithRows
from cs.wording.formats import format_day, list_in_words
from cs.wording.labels import choice, department_name, label, term


def _workers(permission: Permission) -> list[User]:
    """Return everybody still here whose role holds the permission, by pinyin."""
    query = (
        select(User)
        .join(Membership)
        .where(User.active, Membership.role.in_(roles_with(permission)))
        .order_by(User.sort_name, User.id)
    )
    return list(db.session.execute(query).unique().scalars())


def _to_choose(people: list[User]) -> list[tuple[Any, str]]:
    return reference_choices([(person.id, _with_departments(person)) for person in people])


def _with_departments(person: User) -> str:
    return f"{person.name} · {list_in_words(map(department_name, person.departments))}"


class AttendeeForm(RowForm):
    """A person, and the department that they stand for."""

    user_id = Reference("person")
    department = Choice("department", choices=[])
    team_role = Choice("team_role", "team_role")

    decisive = ("user_id",)
    offered = ("team_role",)  # comes with the person who was called, and goes with them
    noun = "person"

    def check(self) -> None:
        if not (self.user_id.data or self.user_id.errors):
            self.fault("user_id", gettext("Choose the person, or clear the whole row."))


class MeetForm(WithFiles, WithRows, StepForm):
    """5.2.2.4: 品质主管主导开会,通知业务部、工程部及责任部门负责人现场检讨."""

    met_at = Moment("met_at", required=True)
    department = Choice("resp_dept", required=True, choices=[])
    minutes = LongText("minutes", required=True)
    attendees = Rows(AttendeeForm, label("attendees"))
    more_rows = SubmitField()

    rows = "attendees"
    beside = frozenset({"more_rows"})
    ready = 4

    def offer(self, record: Any, on: datetime) -> None:
        self.attendees.stand_ready(1 if self.attendees.entries else self.ready)
        self.department.choices = departments_to_choose(record.resp_dept)
        people = _to_choose(_workers(Permission.COUNTERSIGN))
        for row in self.attendees:
            row.form.user_id.choices, row.form.department.choices = people, departments_to_choose()

    def fill(self, record: Any, on: datetime) -> None:
        """Fill in who was called; without a call the head of the department of the confirmation (7.4-47),
        and those of sales and engineering."""
        call = record.current_call
        self.met_at.process_data(min(call.meets_at, on) if call else on)
        responsible = call.department if call else record.resp_dept
        self.department.data = responsible
        self.attendees.refill(expected_attendees(call, responsible))
        self.attendees.stand_ready(2)
        self.offer(record, on)

    def check(self, record: Any, on: datetime) -> None:
        if self.met_at.data and self.met_at.data > on:
            self.fault("met_at", gettext("This is in the future."))
        elif self.met_at.data and self.met_at.data < record.heard_at.replace(second=0, microsecond=0):
            self.fault("met_at", gettext("This is before we first heard of the complaint."))
        self._check_rows()
        self.attendees.gather()
        if self.department.data and not self.attendees.errors:
            for message in self._lacking():
                self.fault("attendees", message)

    def _check_rows(self) -> None:
        seen: set[int] = set()
        for row in self.attendees.filled:
            if row.user_id.data is None:
                continue  # what was typed is no person, and its field says so
            person = db.session.get(User, row.user_id.data)
            if row.user_id.data in seen:
                row.fault("user_id", gettext("This person appears twice."))
            seen.add(row.user_id.data)
            if person is not None and not row.department.data and len(person.departments) == 1:
                row.department.data = person.departments[0]
            if not row.department.data:
                row.fault("department", gettext("Which department do they represent?"))
            if not row.team_role.data:
                row.fault("team_role", gettext("Please choose one."))
            if row.department.data and person is not None and row.department.data not in person.departments:
                row.fault(
                    "department", gettext("%(name)s does not belong to this department.", name=person.name)
                )

    def _lacking(self) -> list[str]:
        """Return whose head was not there: one sentence for each department."""
        present = {(row.user_id.data, row.department.data) for row in self.attendees.filled}
        lacking = []
        for code in procedure.meeting_departments(self.department.data):
            heads = representatives(code)
            if any((one.id, code) in present for one in heads):
                continue
            if not heads:
                lacking.append(nobody_speaks_for(code))
            else:
                lacking.append(
                    gettext(
                        "The head of %(department)s must attend: %(names)s.",
                        department=department_name(code),
                        names=list_in_words(one.name for one in heads),
                    )
                )
        return lacking

    def values(self) -> dict[str, Any]:
        attendees = self.attendees.values_of("user_id", "department", "team_role")
        return super().values() | {"attendees": attendees}


class DecisionForm(RowForm):
    """What is done with so many pieces at one place: who, by when."""

    place = Choice("place", "place", required=True)
    lot_no = Text("lot_no")
    quantity = Whole("quantity", required=True, least=1)
    disposition = Choice("disposition", "disposition", required=True)
    owner_id = Reference("owner", required=True)
    planned_on = Day("planned_on", required=True)

    decisive = ("place", "lot_no", "quantity", "disposition", "owner_id", "planned_on")
    noun = "disposition"


def _found(place: str) -> Field:
    return Whole(
        "found_qty",
        render_kw={"aria-label": LazyString(lambda: f"{choice('place', place)} {term('found_qty')}")},
    )


def _defective(place: str) -> Field:
    return Whole(
        "defect_qty",
        render_kw={"aria-label": LazyString(lambda: f"{choice('place', place)} {term('defect_qty')}")},
    )


def _nothing(place: str) -> Field:
    return Reference(
        "confirmed_by",
        render_kw={"aria-label": LazyString(lambda: f"{choice('place', place)} {term('confirmed_by')}")},
    )


FIELD_OF_FAULT = {
    "complained_of": "found",
    "complained_defective": "defective",
    "more_than_found": "defective",
}


class DisposeForm(WithFiles, WithRows, StepForm):
    """5.2.2.4: 对发生品、库存品及在制品进行处理决议. Every place says how many there are, or who confirmed
    that there are none."""

    dispositions = Rows(DecisionForm, label("dispositions"))
    plan_needed = Choice("plan_needed", "yes_no", required=True, radio=True)
    more_rows = SubmitField()

    rows = "dispositions"
    beside = frozenset(
        {"more_rows"}
        | {f"{what}_{place}" for what in ("found", "defective", "none") for place in procedure.PLACES}
    )
    ready = 3

    @property
    def places(self) -> list[tuple[str, Field, Field, Field]]:
        """Return (place, its quantity, how many of these are defective, who confirms that nothing is there),
        in the order of the paper."""
        return [
            (place, self[f"found_{place}"], self[f"defective_{place}"], self[f"none_{place}"])
            for place in procedure.PLACES
        ]

    def offer(self, record: Any, on: datetime) -> None:
        self.dispositions.stand_ready(1 if self.dispositions.entries else self.ready)
        people = _to_choose(_workers(Permission.CARRY_OUT_DISPOSITION))
        for row in self.dispositions:
            row.form.owner_id.choices = people
        for *_quantities, nothing in self.places:
            nothing.choices = people

    def fill(self, record: Any, on: datetime) -> None:
        """Fill in what the report already says of the affected goods."""
        self.found_affected.data = self.defective_affected.data = record.defect_qty or None
        if record.defect_qty:
            self.dispositions.refill(
                [{"place": "affected", "lot_no": record.lot_no, "quantity": record.defect_qty}]
            )
        self.dispositions.stand_ready(2)
        self.offer(record, on)

    def check(self, record: Any, on: datetime) -> None:
        today = local_day(on)
        for row in self.dispositions.filled:
            if row.planned_on.data and row.planned_on.data < today:
                row.fault("planned_on", gettext("This day has already passed."))
        self.dispositions.gather()
        self._check_places(record.defect_qty)
        for place, found, _defective, nothing in self.places:
            if found.errors:
                continue
            if not found.data and not nothing.data:
                self.fault(
                    f"none_{place}",
                    gettext(
                        "%(place)s: how many are there? If none, who confirmed it?",
                        place=choice("place", place),
                    ),
                )
            elif found.data and nothing.data:
                self.fault(
                    f"none_{place}",
                    gettext("%(found)s were found at this place: leave this empty.", found=found.data),
                )
        if not self.dispositions.errors and not any(row[1].errors for row in self.places):
            self._check_sums()

    def _quantities(self) -> dict[str, int]:
        return {place: found.data or 0 for place, found, *_rest in self.places}

    def _check_places(self, complained: int | None) -> None:
        defective = {place: field.data or 0 for place, _found, field, _nothing in self.places}
        for place, fault in place_faults(self._quantities(), defective, complained):
            self.fault(f"{FIELD_OF_FAULT[fault]}_{place}", fault_of_place(fault, complained))

    def _check_sums(self) -> None:
        decided: Counter[str] = Counter()
        for row in self.dispositions.filled:
            decided[row.place.data] += row.quantity.data
        for place, found, settled in procedure.disposition_faults(self._quantities(), decided):
            self.fault(
                f"found_{place}",
                gettext(
                    "%(place)s: %(found)s found, but the dispositions add up to %(decided)s.",
                    place=choice("place", place),
                    found=found,
                    decided=settled,
                ),
            )

    def values(self) -> dict[str, Any]:
        columns = ("place", "lot_no", "quantity", "disposition", "owner_id", "planned_on")
        return {
            "places": [
                {
                    "place": place,
                    "found_qty": found.data or 0,
                    "defect_qty": defective.data,
                    "confirmed_by_id": nothing.data,
                }
                for place, found, defective, nothing in self.places
            ],
            "dispositions": self.dispositions.values_of(*columns),
            "plan_needed": self.plan_needed.data == "yes",
        }


for _place in procedure.PLACES:
    setattr(DisposeForm, f"found_{_place}", _found(_place))
    setattr(DisposeForm, f"defective_{_place}", _defective(_place))
    setattr(DisposeForm, f"none_{_place}", _nothing(_place))


class CountersignForm(Signed, StepForm):
    """会签: the head's own password is all it needs."""


class PlanForm(WithFiles, StepForm):
    """5.2.2.4, 3.6: planning arranges replacement or rework by the delivery date."""

    plan = LongText("plan", required=True)
    plan_quantity = Whole("plan_quantity", required=True, least=1)
    plan_due_on = Day("plan_due_on", required=True)

    def fill(self, record: Any, on: datetime) -> None:
        """Leave the form empty: planning decides."""

    def check(self, record: Any, on: datetime) -> None:
        if self.plan_due_on.data and self.plan_due_on.data < local_day(on):
            self.fault("plan_due_on", gettext("This day has already passed."))


class DoDispositionForm(WithFiles, StepForm):
    """The owner says that it is done."""

    disposition_id = Reference("disposition", required=True)
    done_on = Day("done_on", required=True)
    done_note = LongText("done_note", most=500)

    def offer(self, record: Any, on: datetime) -> None:
        self.disposition_id.choices = reference_choices(
            [
                (
                    one.id,
                    " · ".join(
                        [
                            choice("place", one.place),
                            f"{choice('disposition', one.disposition)} {one.quantity}",
                            *([one.lot_no] if one.lot_no else []),
                            f"{term('planned_on')} {format_day(one.planned_on)}",
                        ]
                    ),
                )
                for one in record.meeting_book.dispositions_of(current_user)
            ]
        )

    def fill(self, record: Any, on: datetime) -> None:
        self.done_on.data = local_day(on)
        if len(self.disposition_id.choices) == 2:
            self.disposition_id.data = self.disposition_id.choices[1][0]

    def check(self, record: Any, on: datetime) -> None:
        row = next(
            (one for one in record.meeting_book.dispositions if one.id == self.disposition_id.data), None
        )
        done = self.done_on.data
        if done and done > local_day(on):
            self.fault("done_on", gettext("This is in the future."))
        elif done and row is not None and done < self._met_on(record, row.round):
            self.fault("done_on", gettext("This is before the meeting."))

    @staticmethod
    def _met_on(record: Any, number: int) -> Any:
        return local_day(next(one.met_at for one in record.meetings if one.round == number))


class ResultForm(WithFiles, StepForm):
    """5.2.2.4: 品质开立客户投诉处理报告结果; it becomes the next numbered reply, which sales sends."""

    reply_text = LongText("settlement", required=True)
    cause = LongText("cause", required=True)
    actions = LongText("actions", required=True)

    def fill(self, record: Any, on: datetime) -> None:
        """Leave the form empty: the last reply was not accepted."""
