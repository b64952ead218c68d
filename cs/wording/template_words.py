"""The names and formats that every template may use."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from cs.records.company import company
from cs.wording.formats import (
    format_day,
    format_duration,
    format_moment,
    format_money,
    is_late,
    list_in_words,
    time_ago,
    time_left,
)
from cs.wording.labels import (
    choice,
    choices,
    clause_title,
    defect_category_name,
    defect_name,
    department_name,
    form_number,
    in_unit,
    role_name,
    state_name,
    step_name,
    term,
    unit_beside,
)
from cs.wording.language import in_language


def init_words(app: Any) -> None:
    """Register the names and formats with the templates."""
    app.jinja_env.globals.update(
        term=term,
        choice=choice,
        choices=choices,
        state_name=state_name,
        step_name=step_name,
        role_name=role_name,
        department_name=department_name,
        form_number=form_number,
        in_unit=in_unit,
        unit_beside=unit_beside,
        defect=defect_name,
        defect_category=defect_category_name,
        clause_title=clause_title,
        is_late=is_late,
        company=company,
    )
    app.jinja_env.filters.update(
        name=in_language,
        day=format_day,
        moment=format_moment,
        money=format_money,
        left=time_left,
        ago=time_ago,
        listed=list_in_words,
        age=lambda since: format_duration(datetime.now(UTC) - since),
        demand=lambda code: choice("demand", code),
        document=lambda code: choice("document", code),
        role=role_name,
        needed_role=lambda code: choice("needed_role", code),
    )
