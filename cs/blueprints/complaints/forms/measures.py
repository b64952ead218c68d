"""The forms of the simple route (5.2.2.3, 5.2.2.5 in short form): settlement with measures, their carrying
out, the check of their effect."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import gettext
from flask_login import current_user
from wtforms import SubmitField

from cs.models.complaints.complaint import Complaint
from cs.models.complaints.meeting import representatives
from cs.models.holidays import work_calendar
from cs.records.procedure import local_day, rulebook
from cs.web.effects import check_effect_day, effect_notice
from cs.web.fields import Day, LongText, Signed, StepForm, Text, WithFiles
from cs.web.measures import (
    MeasureRow,
    check_evidence,
    columns_of,
    fault_of_measures,
    measure_in_words,
    offer_owners,
    which_measure,
)
from cs.web.rows import Rows, WithRows
from cs.wording.labels import label


class SettleForm(WithFiles, WithRows, StepForm):
    """5.2.2.3: what the quality supervisor settled with the customer, recorded the same day, with causes and
    measures (7.4-40, 41, 48)."""

    settled_on = Day("settled_on", required=True)
    agreed_with = Text("agreed_with", required=True)
    reply_text = LongText("settlement", required=True)
    cause = LongText("occurrence_cause", required=True)
    escape_cause = LongText("escape_cause", required=True)
    measures = Rows(MeasureRow, label("measures"))
    more_rows = SubmitField()
    late_reason = LongText("late_reason", most=500)

    rows = "measures"
    beside = frozenset({"more_rows"})

    def offer(self, record: Any, on: datetime) -> None:
        if not self.measures.entries:
            self.measures.stand_ready(1)
        offer_owners(self.measures)

    def fill(self, record: Any, on: datetime) -> None:
        """Fill in what an earlier reply left open, else one corrective measure for the head of the
        responsible department."""
        self.settled_on.data = local_day(on)
        self.agreed_with.data = record.contact_name
        left_open = [row for row in record.measures if row.done_on is None]
        heads = representatives(record.resp_dept) if record.resp_dept else []
        usual = {
            "action_kind": "corrective",
            "cause_kind": "occurrence",
            "owner_id": heads[0].id if heads else None,
            "planned_on": work_calendar().add_working_days(local_day(on), rulebook().capa.answer_days),
        }
        self.measures.refill(left_open or [usual])
        offer_owners(self.measures)

    def check(self, record: Any, on: datetime) -> None:
        for row in self.measures.filled:
            if row.planned_on.data and row.planned_on.data < local_day(record.heard_at):
                row.fault("planned_on", gettext("This is before we first heard of the complaint."))
        self.measures.gather()
        fault = fault_of_measures(self.measures)
        if fault:
            self.fault("measures", fault)
        self._check_day(record, on)

    def _check_day(self, record: Any, on: datetime) -> None:
        settled_on, today = self.settled_on.data, local_day(on)
        if settled_on is None:
            return
        if settled_on > today:
            self.fault("settled_on", gettext("This is in the future."))
        elif settled_on < local_day(record.heard_at):
            self.fault("settled_on", gettext("This is before we first heard of the complaint."))
        elif settled_on < today and not self.late_reason.data:
            self.fault(
                "late_reason",
                gettext(
                    "The result must be recorded on the day it is settled (5.2.2.3). Say why it is "
                    "recorded later."
                ),
            )

    def values(self) -> dict[str, Any]:
        return super().values() | {"measures": columns_of(self.measures)}


class DoMeasureForm(WithFiles, StepForm):
    """7.4-48: the owner reports that a measure is carried out, with evidence."""

    measure_id = which_measure("which_measure")
    done_on = Day("done_on", required=True)
    done_note = LongText("done_note", required=True, most=1000)

    def offer(self, record: Complaint, on: datetime) -> None:
        self.measure_id.choices = [
            (row.id, measure_in_words(row)) for row in record.measure_book.open_for(current_user)
        ]

    def fill(self, record: Complaint, on: datetime) -> None:
        self.done_on.data = local_day(on)
        if len(self.measure_id.choices) == 1:
            self.measure_id.data = self.measure_id.choices[0][0]

    def check(self, record: Complaint, on: datetime) -> None:
        done = self.done_on.data
        if done and done > local_day(on):
            self.fault("done_on", gettext("This is in the future."))
        elif done and done < local_day(record.heard_at):
            self.fault("done_on", gettext("This is before we first heard of the complaint."))
        check_evidence(self)


class AnalyseAgainForm(Signed, WithFiles, StepForm):
    """7.4-58 to 60 in short form: how the effect was checked, and with which result; signed."""

    verification_method = Text("check_method", required=True, most=300)
    verification_data = LongText("check_result", required=True)


class CheckEffectForm(AnalyseAgainForm):
    """The same of measures that work, which nobody can say before its day."""

    def offer(self, record: Complaint, on: datetime) -> None:
        self.notice = effect_notice(record.measure_book.effective_from, on)

    def check(self, record: Complaint, on: datetime) -> None:
        check_effect_day(self, "verification_data", record.measure_book.effective_from, on)
