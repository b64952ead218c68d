"""Fields for a day and for a moment, as people type them where the browser has no box of its own for them."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from flask_babel import gettext
from wtforms import DateField, DateTimeLocalField

from cs.records.procedure import zone
from cs.records.texts import cleaned
from cs.records.typed_values import read_day

_TIME = re.compile(r"(?P<day>.+?)(T| )\s*(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(:(?P<second>[0-9]{2}))?")


class DayField(DateField):
    """A day as people write it: 2026-03-05, 2026/3/5, 2026.3.5, 2026年3月5日, 20260305."""

    def process_formdata(self, valuelist: list[str]) -> None:
        cleaned_texts = map(cleaned, valuelist)
        self.raw_data = texts = [_iso_day(text) or text for text in cleaned_texts]
        if not any(texts):
            return
        try:
            super().process_formdata(texts)
        except ValueError:
            show_as_text(self)
            raise ValueError(gettext("This is not a date. Please write it as 2026-01-31.")) from None


def _iso_day(text: str) -> str | None:
    day = read_day(text)
    return day.isoformat() if day else None


def show_as_text(field: Any) -> None:
    """Let the page show what was typed: a browser's own field for days drops what is no day."""
    field.render_kw = {**(field.render_kw or {}), "type": "text"}


class MomentField(DateTimeLocalField):
    """A date and time typed in the factory's time zone; outside the form it knows its zone."""

    data: datetime | None

    def process_formdata(self, valuelist: list[str]) -> None:
        self.raw_data = texts = [_iso_moment(cleaned(text)) for text in valuelist]
        if not any(texts):
            return
        try:
            super().process_formdata(texts)
        except ValueError:
            show_as_text(self)
            raise ValueError(
                gettext("This is not a date with a time. Please write it as 2026-01-31 14:30.")
            ) from None
        if self.data is not None:
            self.data = self.data.replace(tzinfo=zone())

    def process_data(self, value: datetime | None) -> None:
        self.data = value.astimezone(zone()) if value else None


def _iso_moment(text: str) -> str:
    """Return a day and time as a browser sends them; anything else as it is."""
    match = _TIME.fullmatch(text.replace("：", ":"))
    day = _iso_day(match["day"]) if match else None
    if match is None or day is None:
        return text
    return f"{day}T{match['hour']:0>2}:{match['minute']}" + (f":{match['second']}" if match["second"] else "")
