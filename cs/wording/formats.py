"""Days, moments, durations, amounts and lists in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from flask_babel import gettext

from cs.records.procedure import zone
from cs.wording.language import current_language


def list_in_words(words: Iterable[str]) -> str:
    """Join words with the comma of the reader's language."""
    return (", " if current_language() == "en" else "、").join(words)


def format_day(value: date | None) -> str:
    return value.isoformat() if value else ""


def format_moment(value: datetime | None) -> str:
    """Return a moment in the factory's zone, to the minute."""
    return value.astimezone(zone()).strftime("%Y-%m-%d %H:%M") if value else ""


def local_today() -> date:
    return datetime.now(zone()).date()


def format_duration(duration: timedelta) -> str:
    """Return a length of time in its two largest units."""
    minutes = int(abs(duration).total_seconds() // 60)
    days, hours, minutes = minutes // 1440, minutes % 1440 // 60, minutes % 60
    if days:
        return str(
            gettext("%(days)s d %(hours)s h", days=days, hours=hours)
            if hours
            else gettext("%(days)s d", days=days)
        )
    if hours:
        return str(
            gettext("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes)
            if minutes
            else gettext("%(hours)s h", hours=hours)
        )
    return str(gettext("%(minutes)s min", minutes=minutes))


def time_left(due: datetime | None, at: datetime | None = None) -> str:
    """Return in words the time left until `due` or how late it is; with `at`, whether that moment was in
    time."""
    if due is None:
        return ""
    remaining = due - (at or datetime.now(UTC))
    if at is not None:
        return str(
            gettext("in time")
            if remaining >= timedelta(0)
            else gettext("%(span)s late", span=format_duration(remaining))
        )
    return str(
        gettext("%(span)s left", span=format_duration(remaining))
        if remaining >= timedelta(0)
        else gettext("%(span)s overdue", span=format_duration(remaining))
    )


def is_late(due: datetime | None, at: datetime | None = None) -> bool:
    return due is not None and (at or datetime.now(UTC)) > due


def time_ago(value: datetime | None) -> str:
    return gettext("%(span)s ago", span=format_duration(datetime.now(UTC) - value)) if value else ""


def format_money(value: Decimal | None) -> str:
    """Return an amount with two decimals, or a unit price with up to four."""
    if value is None:
        return ""
    text = f"{value:,.4f}"
    return text[:-2] + text[-2:].rstrip("0")
