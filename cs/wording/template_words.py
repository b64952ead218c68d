"""The names and formats that every template may use."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from cs.wording.formats import ago, day, is_late, left, listed, moment, money, span
from cs.wording.labels import (
    choice,
    choices,
    clause_title,
    defect,
    defect_category,
    department_name,
    form_number,
    role_name,
    state_name,
    step_name,
    term,
)
from cs.wording.language import in_language


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
