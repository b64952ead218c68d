"""The effect of a CAR's measures (5.2.2.5, D8): when it is verified, and what follows where there is none."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Unpack

from sqlalchemy.orm import Mapped, mapped_column

from cs.models.capa.parts import OF_A_ROUND, PastRound, Proof, Verification
from cs.models.complaints.measures import reported_on
from cs.models.holidays import work_calendar
from cs.procedure.workflow import NotOpen
from cs.records.procedure import local_day, rulebook
from cs.records.types import Moment
from cs.records.users import User
from cs.records.workflowed import Workflowed


class CapaEffect(Workflowed):
    """What of a CAR is the effect of its measures."""

    __abstract__ = True
    carried_out_on: Mapped[date | None]
    verify_on: Mapped[date | None]
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    round: Any
    due_on: Any
    actions: Any
    verifications: Any
    past_rounds: Any

    @property
    def verify_due_at(self) -> datetime | None:
        return work_calendar().end_of(self.verify_on) if self.verify_on else None

    @property
    def effective_from(self) -> date | None:
        """Return the first day on which this round's measures can be signed as effective; None while one is
        open."""
        reported = reported_on(action for action in self.actions if action.round == self.round)
        return rulebook().capa.effective_from(reported) if reported else None

    def carry_out(self, *, by: User, on: datetime) -> None:
        """End the carrying out: the effect is verified so many days after the last action (7.4-58)."""
        with self.advancing("carry_out", by, on):
            done_on = max(action.done_on for action in self.actions if action.round == self.round)
            self.carried_out_on = done_on
            self.verify_on = rulebook().capa.verify_on(done_on, local_day(on), work_calendar())

    def verify(self, *, by: User, on: datetime, **proof: Unpack[Proof]) -> None:
        """Close it: the data of a period show that the measures work; signed (5.2.2.5). Raise NotOpen before
        their effect can show (7.4-58)."""
        with self.advancing("verify", by, on):
            begins = self.effective_from
            if begins is not None and local_day(on) < begins:
                raise NotOpen("verify")
            self._add_verification("effective", by, on, proof)
            self.closed_at = on

    def reopen(self, *, due_on: date, by: User, on: datetime, **proof: Unpack[Proof]) -> None:
        """Begin the next round under the same number: the data show no effect (5.2.2.5)."""
        with self.advancing("reopen", by, on):
            self._add_verification("ineffective", by, on, proof)
            content = {name: getattr(self, name) for name in OF_A_ROUND}
            self.past_rounds.append(PastRound(round=self.round, **content))
            for name in OF_A_ROUND:
                setattr(self, name, None)
            self.round += 1
            self.due_on = due_on
            self.verify_on = None

    def _add_verification(self, effect: str, by: User, on: datetime, proof: Proof) -> None:
        self.verifications.append(
            Verification(
                round=self.round, effect=effect, verified_at=on, verified_by=by, verified_by_id=by.id, **proof
            )
        )
