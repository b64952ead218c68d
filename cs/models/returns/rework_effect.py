"""The effect of rework 重工成效追踪 (3.4): process engineering judges it some days after the last portion."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from cs.models.holidays import work_calendar
from cs.models.returns.lines import Booking
from cs.procedure import returns as procedure
from cs.records.procedure import rulebook
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
    """Judge whether the rework was effective and, where it was not, say what follows (3.4)."""
    with record.advancing("judge_effect", by, on):
        record.effect, record.effect_note, record.effect_at = effect, effect_note, on
        record.effect_follow_up = effect_follow_up
