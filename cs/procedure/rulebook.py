"""The procedure file as frozen dataclasses, checked as a whole. Each answers the questions of its own table.

The dataclasses are the description of the file, which `cs.procedure.reading` follows: a field is a key, its
type says what may stand there, its metadata the limits. `_faults` holds what one value alone cannot say.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Literal

from cs.procedure.calendar import WorkCalendar, WorkingHours, aware
from cs.procedure.reading import ProcedureError, read

__all__ = [
    "ClauseText",
    "Defect",
    "Department",
    "Escalation",
    "Form",
    "Kpi",
    "Name",
    "Numbering",
    "Procedure",
    "ProcedureError",
    "ReplenishmentRule",
    "ReplyRule",
    "Revision",
    "Role",
    "Rulebook",
    "WorkingHours",
    "load",
]

PACKAGED = Path(__file__).with_name("mj-qp-12.toml")


@dataclass(frozen=True)
class Name:
    """A name in both languages."""

    zh: str
    en: str

    def in_(self, language: str) -> str:
        """The name in 'zh' or 'en'. ValueError for any other language."""
        if language not in ("zh", "en"):
            raise ValueError(f"no language {language!r}: 'zh' or 'en'")
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True)
class Revision:
    """A line of the revision history 修订履历表: number, changed section, date, version after the change."""

    no: int = field(metadata={"low": 1, "high": 999})
    section: str
    date: date
    version: str


@dataclass(frozen=True)
class Procedure:
    """What identifies the procedure; the words of its clauses are `Rulebook.clauses`."""

    number: str
    title: Name
    revision: str = field(metadata={"blank": True})
    effective: date | None = None
    revisions: tuple[Revision, ...] = ()


@dataclass(frozen=True)
class Department:
    """A department (Q1–Q5); `aliases` are its other names in the procedure."""

    code: str = field(metadata={"code": True})
    name: Name = field(metadata={"here": True})
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Role:
    """A role and its home department; None: it may be held in any."""

    code: str = field(metadata={"code": True})
    name: Name = field(metadata={"here": True})
    department: str | None = None


@dataclass(frozen=True)
class Form:
    """A form of 7.0 or a working paper. `number` is the printed label, perhaps blank, and never a key
    (Q30)."""

    key: str = field(metadata={"code": True})
    number: str = field(metadata={"blank": True})
    name: Name = field(metadata={"here": True})
    revision: str = field(default="", metadata={"blank": True})
    retention_years: int = field(default=3, metadata={"low": 1, "high": 50})
    landscape: bool = False


@dataclass(frozen=True)
class Defect:
    """A defect category and its codes (FORMS 4.1)."""

    code: str = field(metadata={"code": True})
    name: Name = field(metadata={"here": True})
    codes: dict[str, Name]


@dataclass(frozen=True)
class Numbering:
    """How records of one kind are numbered: prefix-period-count."""

    prefix: str
    digits: int = field(metadata={"low": 1, "high": 9})
    per: Literal["month", "half_year", "year", "never"]

    def period(self, day: date) -> str:
        """The period in which `day` counts: '202611', '2026H2', '2026', or '' if the count never starts
        anew."""
        half = "H1" if day.month <= 6 else "H2"
        return {
            "month": f"{day.year:04}{day.month:02}",
            "half_year": f"{day.year:04}{half}",
            "year": f"{day.year:04}",
            "never": "",
        }[self.per]

    def number(self, day: date, n: int) -> str:
        """The number of the `n`-th record of `day`'s period: 'CC-202611-0007'; `n` may grow over its digits.

        ValueError if `n` is less than 1.
        """
        if n < 1:
            raise ValueError("records are counted from 1")
        return "-".join(part for part in (self.prefix, self.period(day), f"{n:0{self.digits}}") if part)


@dataclass(frozen=True)
class ReplyRule:
    """When a complaint must be answered (5.2.2.6, Q13–Q15) and when silence may close it (Q12)."""

    days: int = field(metadata={"low": 1, "high": 60})
    counted: Literal["calendar", "working"]
    no_answer_days: int = field(metadata={"low": 1, "high": 365})
    paused_by_sample: bool = False  # whether the limit stands still while a defect sample is awaited

    def due_at(
        self,
        heard_at: datetime,
        calendar: WorkCalendar,
        customer_deadline: datetime | None = None,
        agreed_days: int | None = None,
        waits: Iterable[tuple[date, date]] = (),
    ) -> datetime:
        """When the reply is due, in the factory's zone (5.2.2.6).

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
        """The end of business of the last of so many days after `since`."""
        if self.counted == "working":
            last = calendar.add_working_days(calendar.day_of(since), days)
        else:
            last = calendar.next_working_day(calendar.day_of(since) + timedelta(days=days))
        if calendar.end_of(last) < since:
            last = calendar.next_working_day(last, including=False)
        return calendar.end_of(last)


@dataclass(frozen=True)
class ClauseText:
    """A clause as it is written; without text it is a heading. `cs.procedure.clauses` ties it to the
    program."""

    id: str
    title: Name
    text: str = ""


@dataclass(frozen=True)
class CapaRule:
    """Corrective actions (7.6-10, D8): working days in which the answer is wanted, days after carrying out to
    verify the effect."""

    answer_days: int = field(metadata={"low": 1, "high": 60})
    verify_days: int = field(metadata={"low": 1, "high": 365})

    @property
    def verify_after(self) -> timedelta:
        return timedelta(days=self.verify_days)


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


@dataclass(frozen=True)
class ReplenishmentRule:
    """Who approves replenishment (5.3.4, Q23): from which amount on, in RMB with tax, the general manager
    signs too."""

    general_manager_from: Decimal = field(metadata={"low": 0, "high": 1_000_000_000})

    def approvers(self, amount_sum: Decimal) -> tuple[str, ...]:
        """The roles that must sign: `amount_sum` is that of all replenishments of one complaint that are not
        refused or void; the limit is included."""
        both = ("sales_manager", "production_manager")
        return (*both, "general_manager") if amount_sum >= self.general_manager_from else both

    def chains(self) -> tuple[tuple[str, ...], ...]:
        """The chains of signatures that there are: below the limit, and from it on."""
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
class Rulebook:
    """The whole procedure file. Records that used a rule keep `hash`, so that an old case can be
    explained."""

    procedure: Procedure
    departments: dict[str, Department]
    roles: dict[str, Role]
    forms: dict[str, Form]
    terms: dict[str, Name]
    choices: dict[str, dict[str, Name]]
    defects: dict[str, Defect]
    states: dict[str, dict[str, Name]]
    steps: dict[str, dict[str, Name]]
    working: WorkingHours
    reply: ReplyRule
    numbering: dict[str, Numbering]
    capa: CapaRule
    kpis: dict[str, Kpi]
    replenishment: ReplenishmentRule
    escalation: dict[str, dict[str, Escalation]]  # kind of record, what is awaited
    clauses: tuple[ClauseText, ...]
    recurrence_months: int = field(metadata={"low": 1, "high": 60})
    open_ages: tuple[int, int] = field(metadata={"low": 0, "high": 999})
    company: Name = Name("本公司", "Our company")
    text: str = ""
    hash: str = ""


def load(path: Path | None = None) -> Rulebook:
    """The procedure file at `path`, or the packaged one; ProcedureError with place and reason at the first
    fault.

    A factory's own file must hold every code of the packaged one, as records and rules name them; it may hold
    more.
    """
    book = _load(path or PACKAGED)
    if path is not None:
        own = set(_codes(book))
        missing = [code for code in _codes(_load(PACKAGED)) if code not in own]
        if missing:
            also = f"; so are {', '.join(missing[1:])}" if missing[1:] else ""
            raise ProcedureError(missing[0], f"is missing{also}: copy from the packaged file {PACKAGED.name}")
    return book


def _load(path: Path) -> Rulebook:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ProcedureError(
            path.name, f"cannot be read ({error.strerror}): check the path and its rights"
        ) from error
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ProcedureError(f"{path.name} line {line}", "is not UTF-8: save the file as UTF-8") from error
    try:
        table = tomllib.loads(
            text.removeprefix("\ufeff"), parse_float=Decimal
        )  # Windows editors put a mark in front
    except ValueError as error:  # TOMLDecodeError, or a number of thousands of digits
        raise ProcedureError(path.name, f"is not valid TOML: {error}: correct the line") from error
    given = {"text": text, "hash": hashlib.sha256(data).hexdigest()}
    book: Rulebook = read(Rulebook, table, given=given)
    for place, reason in _faults(book):
        raise ProcedureError(place, reason)
    return book


def _faults(book: Rulebook) -> Iterator[tuple[str, str]]:
    """Place and reason of all that is wrong between values."""
    yield from _time_faults(book.working)
    known = ", ".join(book.departments)
    if book.open_ages[0] >= book.open_ages[1]:
        yield "open_ages", f"is {list(book.open_ages)}: write the smaller number first"
    for code, kpi in book.kpis.items():
        if kpi.clause not in {clause.id for clause in book.clauses}:
            yield f"kpis.{code}.clause", f"no clause {kpi.clause!r}: name one of the clauses below"
    for code, role in book.roles.items():
        if role.department is not None and role.department not in book.departments:
            yield f"roles.{code}.department", f"no department {role.department!r}: name one of {known}"
    yield from _escalation_faults(book)
    lists = {"roles": _names(book.roles), "defects": _names(book.defects), "kpis": _names(book.kpis)}
    lists |= {f"defects.{code}.codes": row.codes for code, row in book.defects.items()}
    for section in ("choices", "states", "steps"):
        lists |= {f"{section}.{code}": names for code, names in getattr(book, section).items()}
    for place, names in lists.items():
        if not names:
            yield place, "is empty: write at least one row"
        yield from _twice(
            (f"{place}.{code}", word) for code, name in names.items() for word in (name.zh, name.en)
        )
    yield from _twice(
        (f"departments.{code}", word)
        for code, row in book.departments.items()
        for word in (row.name.zh, row.name.en, *row.aliases)
    )
    yield from _twice((f"numbering.{code}", kind.prefix) for code, kind in book.numbering.items())
    yield from _twice((f"clauses[{n}]", clause.id) for n, clause in enumerate(book.clauses, 1))


def _time_faults(working: WorkingHours) -> Iterator[tuple[str, str]]:
    if not working.weekdays:
        yield "working.weekdays", "is empty: name at least one day"
    if len(set(working.weekdays)) < len(working.weekdays):
        yield "working.weekdays", "names a day twice: remove one"
    if not working.spans:
        yield "working.spans", "is empty: write at least one span"
    for n, (start, end) in enumerate(working.spans, 1):
        if start >= end:
            yield f"working.spans[{n}]", f"ends at {end}, not after its start {start}: correct one of them"
        if n > 1 and start < (before := working.spans[n - 2][1]):
            yield (
                f"working.spans[{n}]",
                f"starts before the span above it ends at {before}: correct one of them",
            )


def _escalation_faults(book: Rulebook) -> Iterator[tuple[str, str]]:
    for kind, rows in book.escalation.items():
        for task, rule in rows.items():
            if rule.to not in book.roles:
                yield (
                    f"escalation.{kind}.{task}.to",
                    f"no role {rule.to!r}: name one of {', '.join(book.roles)}",
                )


def _names(rows: Mapping[str, Role] | Mapping[str, Defect] | Mapping[str, Kpi]) -> dict[str, Name]:
    return {code: row.name for code, row in rows.items()}


def _twice(words: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """A word that stands at two places of one list: nobody could tell them apart, on a screen or in an
    import."""
    first: dict[str, str] = {}
    for place, word in words:
        if first.setdefault(word, place) != place:
            yield place, f"{word!r} stands already at {first[word]}: change one of them"


def _codes(book: Rulebook) -> Iterator[str]:
    """Every code that records or rules may name, in dotted form."""
    for section in (
        "departments",
        "roles",
        "forms",
        "numbering",
        "choices",
        "defects",
        "states",
        "steps",
        "terms",
        "kpis",
    ):
        for code, row in getattr(book, section).items():
            yield f"{section}.{code}"
            inner = row.codes if isinstance(row, Defect) else row if isinstance(row, dict) else ()
            between = ".codes" if isinstance(row, Defect) else ""
            yield from (f"{section}.{code}{between}.{name}" for name in inner)
