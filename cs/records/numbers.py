"""The numbers of records: CC-202611-0007, counted up for each kind and period, never given twice."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Mapped, mapped_column

from cs.extensions import Model, db
from cs.records.procedure import rulebook


class Counter(Model):
    """The last number given for a kind and period; numbers are never given twice."""

    __tablename__ = "counters"
    kind: Mapped[str] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int] = mapped_column(default=0)


def next_numbers(kind: str, day: date, count: int) -> list[str]:
    """Return the next `count` numbers of that kind, as CC-202611-0007; `day` in the factory's zone."""
    numbering = rulebook().numbering[kind]
    counter = db.session.get(Counter, (kind, numbering.period(day)), with_for_update=True)
    if counter is None:
        counter = Counter(kind=kind, period=numbering.period(day), last=0)
        db.session.add(counter)
        db.session.flush()
    counter.last += count  # written with the records that take the numbers
    return [str(numbering.number(day, counter.last - count + n)) for n in range(1, count + 1)]


def next_number(kind: str, day: date) -> str:
    return next_numbers(kind, day, 1)[0]
