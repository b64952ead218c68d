"""The procedure in force, inside the running app: its rules, and the kept texts that explain old cases."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import Text, select
from sqlalchemy.orm import Mapped, mapped_column

from cs.extensions import Model, db
from cs.procedure.rulebook import Rulebook
from cs.records.events import Event, Fault
from cs.records.types import Moment


class ProcedureText(Model):
    """A procedure file that was in force, by hash: an event names the hash of the rules it was done under."""

    __tablename__ = "procedure_texts"
    hash: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime] = mapped_column(Moment)


def rulebook() -> Rulebook:
    """Return the rules in force."""
    rules: Rulebook = current_app.extensions["rulebook"]
    return rules


def zone() -> ZoneInfo:
    """Return the factory's time zone."""
    return ZoneInfo(current_app.config["CS_TIMEZONE"])


def local_day(moment: datetime) -> date:
    """Return the day of a moment in the factory's time zone."""
    return moment.astimezone(zone()).date()


def local_day_if_any(moment: datetime | None) -> date | None:
    return local_day(moment) if moment else None


def verify_procedure_texts() -> Iterator[Fault]:
    """Check that every stored text has its hash, and that the text of every event's rules is stored."""
    texts = {row.hash: row.text for row in db.session.execute(select(ProcedureText)).scalars()}
    for name, text in texts.items():
        if hashlib.sha256(text.encode()).hexdigest() != name:
            yield Fault(f"procedure {name[:12]}", "was changed after it was kept")
    used = set(db.session.execute(select(Event.procedure_hash).distinct()).scalars())
    for name in sorted(used - texts.keys()):
        yield Fault(f"procedure {name[:12]}", "is gone, but events were written under it")


def keep_procedure_text(on: datetime) -> bool:
    """Store the text of the rules in force; return whether it was new."""
    rules = rulebook()
    if db.session.get(ProcedureText, rules.hash) is not None:
        return False
    db.session.add(ProcedureText(hash=rules.hash, text=rules.text, since=on))
    return True
