"""Stored values in words, for the timeline of a record."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from cs.extensions import db
from cs.models.customers import Customer, Product
from cs.records.procedure import rulebook
from cs.records.users import User
from cs.wording.formats import format_moment, list_in_words
from cs.wording.labels import (
    choice,
    defect_category_name,
    defect_name_of_code,
    department_name,
    role_name,
    term,
)

CHOICES_OF_FIELD = {
    "reply_channel": "channel",
    "acknowledged_channel": "channel",
    "status": "customer_status",
    "source": "capa_source",
    "documents": "document",
    "outcome": "return_outcome",
    "proposed_route": "route",
}  # fields whose list of choices has another name

# Fields that hold a code which names something else than a choice of a list.
NAME_OF_CODE: dict[str, Callable[[str], str]] = {
    "defect_category": defect_category_name,
    "defect_code": defect_name_of_code,
    "department": department_name,
    "resp_dept": department_name,
    "role": role_name,
}

TERM_OF_FIELD = {
    "zh": "name_zh",
    "en": "name_en",
    "first_on": "from_date",
    "last_on": "to_date",
    "logo_name": "logo",
}  # fields whose label has another key


REFERENCE_KEYS = ("id", "_id")


# References that the timeline names; the others say who did it, which each entry says anyway. Field: its
# label, the record, its name.
REFERENCES: dict[str, tuple[str, type[Any], str]] = {
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
    "told_at",
    "uninspected_qty",
    "rework_open_qty",
)  # of the rows of a record: the page shows them by their place


def field_name(field: str) -> str:
    """Return the label of a stored field; its own name where the procedure has no label for it."""
    key = REFERENCES[field][0] if field in REFERENCES else TERM_OF_FIELD.get(field, field)
    return term(key) if key in rulebook().terms else field


def _name_of_reference(field: str, record_id: int) -> str:
    _label, record_type, name = REFERENCES[field]
    record = db.session.get(record_type, record_id)
    return str(getattr(record, name)) if record is not None else str(record_id)


def value_in_words(field: str, value: Any, own: str = "") -> str:
    """Return a stored value in words: codes and references by their names, moments in the factory's zone.

    `own` is the field by which the rows of a record refer to it; it is left out.
    """
    if isinstance(value, bool):
        return choice("yes_no", "yes" if value else "no")
    if isinstance(value, list):
        return list_in_words(filter(None, (value_in_words(field, item, own) for item in value)))
    if isinstance(value, dict):
        return " · ".join(
            f"{field_name(key)} {value_in_words(key, item)}"
            for key, item in value.items()
            if item not in (None, "", False)
            and key != own
            and key not in UNSPOKEN_PARTS
            and (key in REFERENCES or not key.endswith(REFERENCE_KEYS))
        )
    if field in REFERENCES and isinstance(value, int):
        return _name_of_reference(field, value)
    return _text_in_words(field, "" if value is None else str(value))


def _text_in_words(field: str, text: str) -> str:
    if not text:
        return "/"
    if (field in ("at", "customer_deadline") or field.endswith("_at")) and "T" in text:
        return format_moment(datetime.fromisoformat(text))
    if field in NAME_OF_CODE:
        return NAME_OF_CODE[field](text)
    group = CHOICES_OF_FIELD.get(field, field)
    if field in ("demand", "documents") and text.startswith("["):
        return list_in_words(choice(group, code) for code in json.loads(text))
    return choice(group, text) if group in rulebook().choices else text
