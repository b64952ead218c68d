"""Names, dates and durations in the language of who reads. Names come from the procedure file, sentences from
the catalogue."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from flask import current_app, g, has_request_context, request, session
from flask_babel import get_locale, gettext
from flask_babel.speaklater import LazyString
from flask_login import current_user
from sqlalchemy import select

from cs.extensions import db
from cs.models.customers import Customer, Product
from cs.procedure.rulebook import Name
from cs.records.departments import Department
from cs.records.procedure import rulebook, zone
from cs.records.users import User

LANGUAGES = ("zh", "en")


def select_language() -> str:
    """The person's own choice, else this browser's, else the site's default."""
    if not has_request_context():
        return str(current_app.config["CS_LANGUAGE"])
    chosen = current_user.language if current_user.is_authenticated else None
    chosen = chosen or session.get("language")
    return chosen or request.accept_languages.best_match(LANGUAGES) or str(current_app.config["CS_LANGUAGE"])


def language() -> str:
    locale = get_locale()
    return "en" if locale is not None and locale.language == "en" else "zh"


def in_language(name: Name) -> str:
    return name.in_(language())


def listed(words: Iterable[str]) -> str:
    """Words one after another, as the reader's language lists them."""
    return (", " if language() == "en" else "、").join(words)


def term(key: str) -> str:
    """A word of the procedure: a field's label, a heading."""
    return in_language(rulebook().terms[key])


def label(key: str) -> LazyString:
    """The same, looked up when it is shown: for form classes."""
    return LazyString(lambda: term(key))


def choice(group: str, code: str | None) -> str:
    if not code:
        return ""
    name = rulebook().choices[group].get(code)
    return in_language(name) if name else code


def choices(group: str) -> list[tuple[str, str]]:
    return [(code, in_language(name)) for code, name in rulebook().choices[group].items()]


def defect_category(code: str | None) -> str:
    return in_language(rulebook().defects[code].name) if code in rulebook().defects else code or ""


def defect(category: str | None, code: str | None) -> str:
    """A defect code's name; the code itself where the procedure file no longer has it."""
    codes = rulebook().defects[category].codes if category in rulebook().defects else {}
    return in_language(codes[code]) if code in codes else code or ""


def state_name(kind: str, code: str) -> str:
    return in_language(rulebook().states[kind][code])


def step_name(kind: str, code: str) -> str:
    steps = rulebook().steps
    name = steps.get(kind, {}).get(code) or steps["general"].get(code)
    return in_language(name) if name else code


def role_name(code: str | None) -> str:
    return in_language(rulebook().roles[code].name) if code in rulebook().roles else code or ""


def departments() -> dict[str, Department]:
    """All departments by code, read once a request."""
    if "departments" not in g:
        g.departments = {
            row.code: row for row in db.session.execute(select(Department).order_by(Department.id)).scalars()
        }
    kept: dict[str, Department] = g.departments
    return kept


def department_name(code: str | None) -> str:
    row = departments().get(code or "")
    return row.name_in(language()) if row else code or ""


def clause_title(clause: str) -> str:
    """The title of a clause; empty where the procedure has none by that number."""
    return next((in_language(one.title) for one in rulebook().clauses if one.id == clause), "")


def form_number(key: str) -> str:
    return rulebook().forms[key].number


def day(value: date | None) -> str:
    return value.isoformat() if value else ""


def moment(value: datetime | None) -> str:
    """A moment in the factory's zone, to the minute."""
    return value.astimezone(zone()).strftime("%Y-%m-%d %H:%M") if value else ""


def today() -> date:
    return datetime.now(zone()).date()


def span(duration: timedelta) -> str:
    """A length of time in its two largest units."""
    minutes = int(abs(duration).total_seconds() // 60)
    days, hours, minutes = minutes // 1440, minutes % 1440 // 60, minutes % 60
    if days:
        return (
            gettext("%(days)s d %(hours)s h", days=days, hours=hours)
            if hours
            else gettext("%(days)s d", days=days)
        )
    if hours:
        return (
            gettext("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes)
            if minutes
            else gettext("%(hours)s h", hours=hours)
        )
    return gettext("%(minutes)s min", minutes=minutes)


def left(due: datetime | None, at: datetime | None = None) -> str:
    """The time left until `due`, or how late it is, in words; at `at` for what is done."""
    if due is None:
        return ""
    remaining = due - (at or datetime.now(UTC))
    if at is not None:
        return (
            gettext("in time")
            if remaining >= timedelta(0)
            else gettext("%(span)s late", span=span(remaining))
        )
    return (
        gettext("%(span)s left", span=span(remaining))
        if remaining >= timedelta(0)
        else gettext("%(span)s overdue", span=span(remaining))
    )


def is_late(due: datetime | None, at: datetime | None = None) -> bool:
    return due is not None and (at or datetime.now(UTC)) > due


def ago(value: datetime | None) -> str:
    return gettext("%(span)s ago", span=span(datetime.now(UTC) - value)) if value else ""


LIST_OF = {
    "reply_channel": "channel",
    "status": "customer_status",
    "source": "capa_source",
    "documents": "document",
    "outcome": "return_outcome",
}  # fields whose list of choices has another name
REFERENCE_KEYS = ("id", "_id")
# References that the timeline names; the others say who did it, which each entry says anyway. Field: its
# label, the record, its name.
REFERRED: dict[str, tuple[str, type[Any], str]] = {
    "customer_id": ("customer", Customer, "short_name"),
    "product_id": ("model", Product, "model"),
    "rep_id": ("rep", User, "name"),
    "clerk_id": ("clerk", User, "name"),
    "user_id": ("person", User, "name"),
    "owner_id": ("owner", User, "name"),
}
UNSPOKEN_PARTS = (
    "round",
    "must_sign",
    "kind",
    "chain",
    "turn",
    "content_hash",
    "uninspected_qty",
    "rework_open_qty",
)  # of the rows of a record: the page shows them by their place


def field_name(field: str) -> str:
    """The label of a kept field; the field's own name where the procedure has none for it."""
    key = REFERRED[field][0] if field in REFERRED else field
    return term(key) if key in rulebook().terms else field


def _referred(field: str, record_id: int) -> str:
    _label, record_type, name = REFERRED[field]
    record = db.session.get(record_type, record_id)
    return str(getattr(record, name)) if record is not None else str(record_id)


def value_in_words(field: str, value: Any, own: str = "") -> str:
    """A kept value as people read it, for the timeline: codes and references by their names, moments in the
    factory's zone.

    `own` is the field by which the rows of a record refer to it, which goes without saying.
    """
    if isinstance(value, bool):
        return choice("yes_no", "yes" if value else "no")
    if isinstance(value, list):
        return listed(value_in_words(field, one, own) for one in value)
    if isinstance(value, dict):
        return " · ".join(
            f"{field_name(key)} {value_in_words(key, one)}"
            for key, one in value.items()
            if one not in (None, "", False)
            and key != own
            and key not in UNSPOKEN_PARTS
            and (key in REFERRED or not key.endswith(REFERENCE_KEYS))
        )
    if field in REFERRED and isinstance(value, int):
        return _referred(field, value)
    return _text_in_words(field, "" if value is None else str(value))


def _text_in_words(field: str, text: str) -> str:
    if not text:
        return "/"
    if (field == "at" or field.endswith("_at")) and "T" in text:
        return moment(datetime.fromisoformat(text))
    if field == "defect_category":
        return defect_category(text)
    group = LIST_OF.get(field, field)
    if field == "department":
        return department_name(text)
    if field in ("demand", "documents") and text.startswith("["):
        return listed(choice(group, code) for code in json.loads(text))
    return choice(group, text) if group in rulebook().choices else text


def money(value: Decimal | None) -> str:
    """An amount with its two decimals; a unit price with up to four."""
    if value is None:
        return ""
    text = f"{value:,.4f}"
    return text[:-2] + text[-2:].rstrip("0")


def init_words(app: Any) -> None:
    """Gives the templates their words."""
    app.jinja_env.globals.update(
        term=term,
        choice=choice,
        choices=choices,
        state_name=state_name,
        step_name=step_name,
        role_name=role_name,
        department_name=department_name,
        form_number=form_number,
        defect=defect,
        defect_category=defect_category,
        clause_title=clause_title,
        is_late=is_late,
    )
    app.jinja_env.filters.update(
        name=in_language,
        day=day,
        moment=moment,
        money=money,
        left=left,
        ago=ago,
        listed=listed,
        age=lambda since: span(datetime.now(UTC) - since),
        demand=lambda code: choice("demand", code),
        document=lambda code: choice("document", code),
        role=role_name,
        needed_role=lambda code: choice("needed_role", code),
    )
