"""The procedure in force, inside the running app: its rules, and the kept texts that explain old cases."""
from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from cs.extensions import db
from cs.models.types import Moment
from cs.procedure.rulebook import Rulebook


class ProcedureText(db.Model):
    """A procedure file that was in force, by hash: an event names the hash of the rules it was done under."""

    __tablename__ = "procedure_texts"
    hash: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime] = mapped_column(Moment)


def rulebook() -> Rulebook:
    """The rules in force."""
    rules: Rulebook = current_app.extensions["rulebook"]
    return rules


def zone() -> ZoneInfo:
    """The factory's time zone."""
    return ZoneInfo(current_app.config["CS_TIMEZONE"])


def keep_procedure_text(on: datetime) -> bool:
    """Stores the text of the rules in force unless it is there; True when it was new."""
    rules = rulebook()
    if db.session.get(ProcedureText, rules.hash) is not None:
        return False
    db.session.add(ProcedureText(hash=rules.hash, text=rules.text, since=on))
    return True
