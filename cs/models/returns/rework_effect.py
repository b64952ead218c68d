"""The effect of rework 重工成效追踪 (3.4): process engineering judges it some days after the last portion."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from cs.models.holidays import work_calendar
from cs.procedure import returns as procedure
from cs.procedure.workflow import NotOpen
from cs.records.procedure import local_day, rulebook
from cs.records.types import Moment
from cs.records.users import User
from cs.records.workflowed import Workflowed


class ReworkEffect(Workflowed):
    """What of a return is the effect of its rework."""

    __abstract__ = True
    effect_due_at: Mapped[datetime | None] = mapped_column(Moment)
    effect: Mapped[str | None]
    effect_note: Mapped[str | None] = mapped_column(Text)
    effect_follow_up: Mapped[str | None] = mapped_column(Text)  # what follows where it is not effective
    effect_at: Mapped[datetime | None] = mapped_column(Moment)
    bookings: Any

    @property
    def last_reworked_at(self) -> datetime | None:
        return max((row.at for row in self.bookings if row.booking == "reworked"), default=None)

    @property
    def is_ineffective(self) -> bool:
        return self.effect == procedure.INEFFECTIVE

    @property
    def effective_from(self) -> date | None:
        """Return the first day on which the rework can be judged as effective."""
        return local_day(self.effect_due_at) if self.effect_due_at else None

    def effect_awaited(self, on: datetime) -> bool:
        """Return whether goods were reworked and nobody has judged the effect.

        What was closed before effects were followed has no day for it and stays as it is.
        """
        if self.effect is not None or self.last_reworked_at is None:
            return False
        return self.effect_due_at is not None or not self.workflow.state(self.state).final

    def plan_effect(self) -> None:
        """Set when the effect is to be judged, counted from the last reworked portion; once set, it stays."""
        if self.effect_due_at is None and self.last_reworked_at is not None:
            self.effect_due_at = rulebook().rework.effect_due_at(self.last_reworked_at, work_calendar())

    def judge_effect(
        self, *, effect: str, effect_note: str, effect_follow_up: str | None, by: User, on: datetime
    ) -> None:
        """Judge whether the rework was effective and, where it was not, say what follows (3.4). Raise NotOpen
        for an effect before its day."""
        with self.advancing("judge_effect", by, on):
            begins = self.effective_from
            if effect != procedure.INEFFECTIVE and begins and local_day(on) < begins:
                raise NotOpen("judge_effect")
            self.effect, self.effect_note, self.effect_at = effect, effect_note, on
            self.effect_follow_up = effect_follow_up
