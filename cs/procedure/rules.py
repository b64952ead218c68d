"""The rules that count and decide: replies, corrective actions, replenishment, escalation, figures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal

from cs.procedure.calendar import WorkCalendar, aware
from cs.procedure.names import Name
from cs.procedure.replenishments import RMB


@dataclass(frozen=True)
class ReplyRule:
    """When a complaint must be answered (5.2.2.6, Q13–Q15) and when silence may close it (Q12)."""

    days: int = field(metadata={"low": 1, "high": 60})
    counted: Literal["calendar", "working"]
    no_answer_days: int = field(metadata={"low": 1, "high": 365})
    # whether a change of a due date that is set waits for the sales manager
    consent_to_changes: bool = True
    paused_by_sample: bool = False  # whether the limit stands still while a defect sample is awaited

    def due_at(
        self,
        heard_at: datetime,
        calendar: WorkCalendar,
        customer_deadline: datetime | None = None,
        agreed_days: int | None = None,
        waits: Iterable[tuple[date, date]] = (),
    ) -> datetime:
        """Return when the reply is due, in the factory's zone (5.2.2.6).

        A date that the customer asked for decides, even if later (Q15). Otherwise the days agreed with the
        customer, else `days`, run from the day the company heard, which does not count; a last day that is a
        rest day moves to the next working day; due is that day's end of business (Q13). Agreed 0 days mean
        the day itself, or the next working day if its business had ended. ValueError on a moment without time
        zone, or agreed days not in 0–365.

        `waits` are the spans in which a sample was awaited, from the day it was asked for to the day it came:
        where the factory has set `paused_by_sample`, the limit moves by their calendar days, a day counted
        once; a limit that had passed is not paused any more.
        """
        until = calendar.day_of(heard_at)
        if customer_deadline is not None:
            return aware(customer_deadline).astimezone(calendar.zone)
        days = self.days if agreed_days is None else agreed_days
        if not 0 <= days <= 365:
            raise ValueError("the agreed days must lie between 0 and 365")
        due = self._counted(heard_at, days, calendar)
        waited = timedelta()
        for first, last in sorted(waits) if self.paused_by_sample else ():
            if calendar.day_of(due) >= first and last > until:
                waited += last - max(first, until)
                until, due = last, self._counted(heard_at + waited, days, calendar)
        return due

    def _counted(self, since: datetime, days: int, calendar: WorkCalendar) -> datetime:
        """Return the end of business of the last of so many days after `since`."""
        if self.counted == "working":
            last = calendar.add_working_days(calendar.day_of(since), days)
        else:
            last = calendar.next_working_day(calendar.day_of(since) + timedelta(days=days))
        if calendar.end_of(last) < since:
            last = calendar.next_working_day(last, including=False)
        return calendar.end_of(last)


@dataclass(frozen=True)
class AnalysisRule:
    """Whether the quality supervisor confirms the route where an inspector signs the analysis (Q11)."""

    supervisor_confirms: bool = True


@dataclass(frozen=True)
class CapaRule:
    """Corrective actions (7.6-10, D8): working days in which the answer is wanted, days after carrying out to
    verify the effect; to check it in short form where no CAR is needed (Q11); days before which nothing is
    effective (7.4-58)."""

    answer_days: int = field(metadata={"low": 1, "high": 60})
    verify_days: int = field(metadata={"low": 1, "high": 365})
    check_days: int = field(default=14, metadata={"low": 1, "high": 365})
    effect_days: int = field(default=7, metadata={"low": 1, "high": 365})
    # who checks the effect where all who usually do carried out a measure: the first of these roles with
    # somebody who did not
    check_in_place: tuple[str, ...] = ("quality_inspector", "general_manager")

    def effective_from(self, reported_on: date) -> date:
        """Return the first day on which an effect can be signed; `reported_on` is the day on which the last
        measure was reported as carried out, so that a day named in the past shortens nothing."""
        return reported_on + timedelta(days=self.effect_days)

    def verify_on(self, done_on: date, reported_on: date, calendar: WorkCalendar) -> date:
        """Return the day on which the effect of a CAR is to be verified: a working day on which it can be."""
        day = done_on + timedelta(days=self.verify_days)
        return calendar.next_working_day(max(day, self.effective_from(reported_on)))

    def check_on(self, done_on: date, reported_on: date, calendar: WorkCalendar) -> date:
        """Return the same for the check in short form."""
        day = done_on + timedelta(days=self.check_days)
        return calendar.next_working_day(max(day, self.effective_from(reported_on)))


@dataclass(frozen=True)
class ReworkRule:
    """Reworked goods (3.4 成效追踪): days after the last reworked portion on which its effect is judged."""

    effect_days: int = field(default=30, metadata={"low": 1, "high": 365})

    def effect_due_at(self, reworked_at: datetime, calendar: WorkCalendar) -> datetime:
        """Return the end of business of the day on which the effect is judged; a rest day moves to the next
        working day."""
        day = calendar.day_of(reworked_at) + timedelta(days=self.effect_days)
        return calendar.end_of(calendar.next_working_day(day))


@dataclass(frozen=True)
class UsualRate:
    """The usual exchange rate of a currency, in RMB for 1, and by how many per cent a rate may differ from it
    without a reason (Q23)."""

    usual: Decimal = field(metadata={"low": Decimal("0.000001"), "high": 10_000})
    deviation: int = field(metadata={"low": 1, "high": 99})

    def covers(self, rate: Decimal) -> bool:
        return abs(rate - self.usual) * 100 <= self.usual * self.deviation


@dataclass(frozen=True)
class ReplenishmentRule:
    """Who approves replenishment (5.3.4, Q23): from which amount on, in RMB with tax, the general manager
    signs too; who signs in the place of a manager whose signature nobody could give (Q24); the usual rates
    of other currencies."""

    general_manager_from: Decimal = field(metadata={"low": 0, "high": 1_000_000_000})
    in_place: Literal["general_manager", "nobody"] = "general_manager"
    rates: dict[str, UsualRate] = field(default_factory=dict)

    def rate_needs_reason(self, currency: str, rate: Decimal) -> bool:
        """Return whether a rate stands only with a reason: it is far from the usual, or none is known."""
        usual = self.rates.get(currency)
        return currency != RMB and (usual is None or not usual.covers(rate))

    def approvers(self, amount_sum: Decimal) -> tuple[str, ...]:
        """Return the roles that must sign: `amount_sum` is that of all replenishments of one complaint that
        are not refused or void; the limit is included."""
        both = ("sales_manager", "production_manager")
        return (*both, "general_manager") if amount_sum >= self.general_manager_from else both

    def chains(self) -> tuple[tuple[str, ...], ...]:
        """Return the chains of signatures that there are: below the limit, and from it on."""
        return tuple(
            dict.fromkeys(self.approvers(amount) for amount in (Decimal(0), self.general_manager_from))
        )


@dataclass(frozen=True)
class Escalation:
    """From how many working hours on a waiting signature is shown to which role, counted from when it was
    asked for or from when it was due."""

    hours: int = field(metadata={"low": 1, "high": 2000})
    to: str
    counted_from: Literal["asked", "due"] = "asked"


@dataclass(frozen=True)
class Kpi:
    """A figure (FORMS 6): what it counts, in words that stand beside it; `target` in per cent, where the
    factory sets one."""

    code: str = field(metadata={"code": True})
    name: Name = field(metadata={"here": True})
    clause: str
    formula: Name
    note: Name | None = None
    target: int | None = field(default=None, metadata={"low": 1, "high": 100})
