"""From which day on an effect can be signed (7.4-58, 3.4): the words of page and form, and the refusal."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from flask_babel import gettext

from cs.records.procedure import local_day
from cs.web.record_page import NextAction
from cs.wording.formats import format_day


def effect_notice(effective_from: date | None, on: datetime) -> str | None:
    """Return in words from which day on an effect can be signed; None once it can."""
    if effective_from is None or local_day(on) >= effective_from:
        return None
    day = format_day(effective_from)
    return str(gettext("“Effective” can be signed from %(day)s on, “not effective” from now on.", day=day))


def check_effect_day(form: Any, field: str, effective_from: date | None, on: datetime) -> None:
    """Refuse beside a field what is signed as effective before its day."""
    if effective_from is not None and local_day(on) < effective_from:
        day = format_day(effective_from)
        form.fault(field, gettext("Whether it was effective can be judged from %(day)s on.", day=day))


def with_effect_notice(
    action: NextAction | None, effective_from: date | None, on: datetime
) -> NextAction | None:
    """Return the card of the next action, which also says from which day on an effect can be signed."""
    notice = effect_notice(effective_from, on)
    if action is None or notice is None:
        return action
    return replace(action, text=" · ".join(filter(None, (action.text, notice))))
