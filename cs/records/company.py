"""The company as this site shows it: its name, logo and web address, where the administrator has set them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import g
from sqlalchemy import select
from sqlalchemy.orm import Mapped

from cs.extensions import db
from cs.procedure.authority import Actor
from cs.procedure.names import Name
from cs.procedure.tables import OUR_COMPANY as UNNAMED
from cs.records.departments import ADMINISTRATOR
from cs.records.procedure import rulebook
from cs.records.record import Record


class CompanySettings(Record):
    """What the administrator has set of the company; one row, made with the first change. What is empty
    follows the procedure file."""

    kind = "company"
    __tablename__ = "company_settings"
    zh: Mapped[str | None]
    en: Mapped[str | None]
    logo: Mapped[str | None]  # the hash of the picture in the attachment store
    logo_name: Mapped[str | None]
    logo_mime: Mapped[str | None]
    web_address: Mapped[str | None]
    first_steps_hidden: Mapped[bool | None]

    @property
    def title(self) -> str:
        return company().name.zh

    @classmethod
    def current(cls, *, lock: bool = False) -> CompanySettings | None:
        """Return what is set; None before the first change."""
        return db.session.get(cls, 1, with_for_update=True if lock else None, populate_existing=lock)

    @classmethod
    def set(cls, *, by: Actor, on: datetime, **values: Any) -> CompanySettings:
        """Set some of the values; the others stay."""
        settings = cls.current(lock=True) or cls(id=1)
        with settings.changing("set", by, on, role=ADMINISTRATOR):
            for name, value in values.items():
                setattr(settings, name, value)
        g.pop("company", None)
        return settings


@dataclass(frozen=True)
class Company:
    """The company in force. `logo` is a hash in the attachment store."""

    name: Name
    is_named: bool
    logo: str | None = None
    logo_name: str | None = None
    logo_mime: str | None = None
    web_address: str | None = None
    first_steps_hidden: bool = False
    is_set: bool = False  # whether the administrator has set anything


def company() -> Company:
    """Return the company's name, logo and address: as set by the administrator, else by the procedure file.
    Read once per request."""
    if "company" not in g:
        g.company = _read_company()
    in_force: Company = g.company
    return in_force


def forget_company() -> None:
    """Use the procedure file's company for the rest of the request, where the database cannot be read."""
    g.company = _default_company()


def _default_company() -> Company:
    default = rulebook().company
    return Company(default, default.zh != UNNAMED.zh)


def _read_company() -> Company:
    default = rulebook().company
    columns = CompanySettings.__table__.c
    row = db.session.execute(select(columns).where(columns.id == 1)).one_or_none()  # type: ignore[call-overload]
    if row is None:
        return _default_company()
    # without an English name of its own, a renamed company stands under its Chinese name
    english = row.en or row.zh or default.en
    name = Name(row.zh or default.zh, english)
    return Company(
        name,
        name.zh != UNNAMED.zh,
        row.logo,
        row.logo_name,
        row.logo_mime,
        row.web_address,
        bool(row.first_steps_hidden),
        is_set=True,
    )
