"""The effect of rework 重工成效追踪 (3.4): process engineering judges it some days after the last portion."""

from __future__ import annotations

from datetime import date, datetime
from typing import Protocol

from cs.models.holidays import work_calendar
from cs.models.returns.lines import Booking
from cs.procedure import returns as procedure
from cs.procedure.workflow import NotOpen
from cs.records.procedure import local_day, rulebook
from cs.records.users import User
from cs.records.workflowed import AdvancingRecord


class ReworkedReturn(AdvancingRecord, Protocol):
    """What the effect of the rework needs of a return."""

    bookings: list[Booking]
    effect_due_at: datetime | None
    effect: str | None
    effect_note: str | None
    effect_follow_up: str | None
    effect_at: datetime | None


def _last_reworked_at(record: ReworkedReturn) -> datetime | None:
    return max((row.at for row in record.bookings if row.booking == "reworked"), default=None)


def effective_from(record: ReworkedReturn) -> date | None:
    """Return the first day on which the rework can be judged as effective."""
    return local_day(record.effect_due_at) if record.effect_due_at else None


def is_effect_awaited(record: ReworkedReturn) -> bool:
    """Return whether goods were reworked and nobody has judged the effect.

    What was closed before effects were followed has no day for it and stays as it is.
    """
    if record.effect is not None or _last_reworked_at(record) is None:
        return False
    return record.effect_due_at is not None or not procedure.WORKFLOW.state(record.state).final


def plan_effect(record: ReworkedReturn) -> None:
    """Set when the effect is to be judged, counted from the last reworked portion; once set, it stays."""
    reworked_at = _last_reworked_at(record)
    if record.effect_due_at is None and reworked_at is not None:
        record.effect_due_at = rulebook().rework.effect_due_at(reworked_at, work_calendar())


# The step. Return names it among its verbs.


def judge_effect(
    record: ReworkedReturn,
    *,
    effect: str,
    effect_note: str,
    effect_follow_up: str | None,
    by: User,
    on: datetime,
) -> None:
    """Judge whether the rework was effective and, where it was not, say what follows (3.4). Raise NotOpen for
    an effect before its day."""
    with record.advancing("judge_effect", by, on):
        begins = effective_from(record)
        if effect != procedure.INEFFECTIVE and begins and local_day(on) < begins:
            raise NotOpen("judge_effect")
        record.effect, record.effect_note, record.effect_at = effect, effect_note, on
        record.effect_follow_up = effect_follow_up
