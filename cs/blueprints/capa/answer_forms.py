"""Forms of a CAR's answer: causes with 5-why and fishbone, and measures."""

from __future__ import annotations

from datetime import datetime
from itertools import product
from typing import Any

from flask_babel import gettext
from wtforms import SubmitField

from cs.procedure import capa as procedure
from cs.web.fields import (
    Choice,
    Choices,
    LongText,
    StepForm,
    Text,
    WithFiles,
    Yes,
)
from cs.web.measures import MeasureRow, columns_of, fault_of_measures, offer_owners
from cs.web.rows import RowForm, Rows, WithRows
from cs.wording.labels import choice, label

ROWS_READY = 3  # empty rows of actions on a new form


class BoneRow(RowForm):
    """7.4-44: a cause on the fishbone."""

    cause_class = Choice("cause_class")
    cause = Text("cause", most=200)
    is_root = Yes("is_root")

    decisive = ("cause",)
    offered = ("cause_class",)  # each of the six stands ready
    noun = "bones"

    def check(self) -> None:
        if not (self.cause.data or self.cause.errors):
            self.fault("cause", gettext("Please fill this in."))
        if not self.cause_class.data:
            self.fault("cause_class", gettext("Please choose one."))


def why_field(kind: str, number: int) -> str:
    return f"why_{kind}_{number}"


def proof_field(kind: str, number: int) -> str:
    return f"proven_{kind}_{number}"


EVERY_WHY = tuple(product(procedure.WHYS, range(1, procedure.MOST_WHYS + 1)))


class AnalyseForm(WithRows, WithFiles, StepForm):
    """7.4-40 to 45: causes of occurrence, escape and system, with their 5 whys and the fishbone."""

    occurrence_cause = LongText("occurrence_cause", required=True, most=1000)
    escape_cause = LongText("escape_cause", required=True, most=1000)
    system_cause = LongText("system_cause", most=1000)
    cause_class = Choice("cause_class", "cause_class", required=True)
    cause_verification = LongText("cause_verification", required=True, most=1000)
    cause_verified_by = Text("cause_verified_by", required=True)
    bones = Rows(BoneRow, label("bones"))
    more_rows = SubmitField()

    rows = "bones"
    beside = frozenset(
        {
            "more_rows",
            *(why_field(kind, number) for kind, number in EVERY_WHY),
            *(proof_field(kind, number) for kind, number in EVERY_WHY),
        }
    )

    def offer(self, record: Any, on: datetime) -> None:
        offered = [("", "—"), *((code, choice("cause_class", code)) for code in procedure.SIX_M)]
        if not self.bones.entries:
            self.bones.refill([{"cause_class": code} for code in procedure.SIX_M])
        for entry in self.bones.entries:
            entry.form.cause_class.choices = offered

    def fill(self, record: Any, on: datetime) -> None:
        for name in (
            "occurrence_cause",
            "escape_cause",
            "system_cause",
            "cause_class",
            "cause_verification",
            "cause_verified_by",
        ):
            self[name].process_data(getattr(record, name))
        current_round = record.of_round(record.round)
        for why in current_round["whys"]:
            self[why_field(why.cause_kind, why.why_no)].process_data(why.because)
            self[proof_field(why.cause_kind, why.why_no)].process_data(why.proven)
        bones = current_round["bones"]
        present = {bone.cause_class for bone in bones}
        missing = [{"cause_class": code} for code in procedure.SIX_M if code not in present]
        self.bones.refill([*bones, *missing])
        self.offer(record, on)

    def why_fields(self, kind: str) -> list[tuple[Any, Any]]:
        """Return (answer, whether it was verified) for each why of a kind of cause."""
        return [
            (self[why_field(kind, number)], self[proof_field(kind, number)])
            for number in range(1, procedure.MOST_WHYS + 1)
        ]

    def check(self, record: Any, on: datetime) -> None:
        if record.system_cause_needed and not self.system_cause.data:
            self.fault(
                "system_cause",
                gettext("The complaint is critical or major: say why the system let it happen."),
            )
        too_few = procedure.why_faults(self._answers())
        for kind in too_few:
            self.fault(
                why_field(kind, len(self._answers()[kind]) + 1),
                gettext("Ask why again: at least two answers are needed to reach a cause."),
            )
        long_enough = {kind: proven for kind, proven in self._proven().items() if kind not in too_few}
        for kind in procedure.unproven_causes(long_enough):
            last = [answer for answer, _proven in self.why_fields(kind) if answer.data][-1]
            self.fault(last.name, gettext("This is the cause: verify it and tick “Verified” (7.4-46)."))
        if procedure.fishbone_faults(tuple(row.is_root.data for row in self.bones.filled)):
            self.fault("bones", gettext("Mark the root cause on the fishbone."))

    def _answers(self) -> dict[str, list[str]]:
        answers = {}
        for kind in procedure.WHYS:
            answers[kind] = [answer.data for answer, _proven in self.why_fields(kind) if answer.data]
        return answers

    def _proven(self) -> dict[str, list[bool]]:
        proofs = {}
        for kind in procedure.WHYS:
            proofs[kind] = [proven.data for answer, proven in self.why_fields(kind) if answer.data]
        return proofs

    def values(self) -> dict[str, Any]:
        bones = self.bones.values_of("cause_class", "cause", "is_root")
        return super().values() | {"whys": self._answers(), "proven": self._proven(), "bones": bones}


for _kind, _number in EVERY_WHY:
    setattr(AnalyseForm, why_field(_kind, _number), Text("why", most=300))
    setattr(AnalyseForm, proof_field(_kind, _number), Yes("proven"))


class MeasuresForm(WithRows, StepForm):
    """7.4-48 to 50: the measures, the documents they change, other products they apply to."""

    actions = Rows(MeasureRow, label("actions"))
    more_rows = SubmitField()
    documents = Choices("documents", "document")
    read_across = LongText("read_across", most=1000)

    rows = "actions"
    beside = frozenset({"more_rows"})

    def offer(self, record: Any, on: datetime) -> None:
        self.actions.stand_ready(1 if self.actions.entries else ROWS_READY)
        offer_owners(self.actions)

    def fill(self, record: Any, on: datetime) -> None:
        self.documents.data, self.read_across.data = record.documents_changed, record.read_across
        if record.open_actions:
            self.actions.refill(record.open_actions)

    def check(self, record: Any, on: datetime) -> None:
        for row in self.actions.filled:
            if row.planned_on.data and row.planned_on.data < record.round_began_on:
                row.fault(
                    "planned_on",
                    gettext("This is before the report was issued (%(day)s).", day=record.round_began_on),
                )
        self.actions.gather()
        done = [action for action in record.actions if action.round == record.round and action.done_on]
        fault = fault_of_measures(self.actions, tuple(action.action_kind for action in done))
        if fault:
            self.fault("actions", fault)

    def values(self) -> dict[str, Any]:
        return super().values() | {"actions": columns_of(self.actions)}
