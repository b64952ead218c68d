"""Names from the procedure file and of the departments, in the reader's language."""

from __future__ import annotations

from typing import Any

from flask import g
from flask_babel.speaklater import LazyString
from sqlalchemy import select

from cs.extensions import db
from cs.records.departments import Department
from cs.records.procedure import rulebook
from cs.wording.language import current_language, in_language


def term(key: str) -> str:
    """Return a term of the procedure file: the label of a field, a heading."""
    return in_language(rulebook().terms[key])


def label(key: str) -> LazyString:
    """Return a term that is looked up only when it is shown, for form classes."""
    return LazyString(lambda: term(key))


def choice(group: str, code: str | None) -> str:
    if not code:
        return ""
    name = rulebook().choices[group].get(code)
    return in_language(name) if name else code


def unit_beside(quantity: Any, unit: str) -> str:
    """Return the word of a unit as it stands beside a quantity: 1 set, 2 sets."""
    single = rulebook().choices.get("unit_single", {}).get(unit)
    return in_language(single) if single and quantity in (1, -1, "1", "+1", "-1") else choice("unit", unit)


def in_unit(quantity: Any, product: Any) -> str | None:
    """Return a quantity with the unit of its product, as the factory writes it; None without a quantity."""
    if quantity is None:
        return None
    return f"{quantity} {unit_beside(quantity, product.unit)}" if product is not None else str(quantity)


def choices(group: str) -> list[tuple[str, str]]:
    return [(code, in_language(name)) for code, name in rulebook().choices[group].items()]


def defect_category_name(code: str | None) -> str:
    return in_language(rulebook().defects[code].name) if code in rulebook().defects else code or ""


def defect_name(category: str | None, code: str | None) -> str:
    """Return the name of a defect; its code where the procedure file no longer has it."""
    codes = rulebook().defects[category].codes if category in rulebook().defects else {}
    return in_language(codes[code]) if code in codes else code or ""


def defect_name_of_code(code: str) -> str:
    """Return the name of a defect by its code alone, as an event has it that changed nothing else."""
    categories = (name for name, row in rulebook().defects.items() if code in row.codes)
    return defect_name(next(categories, None), code)


def state_name(kind: str, code: str) -> str:
    return in_language(rulebook().states[kind][code])


def step_name(kind: str, code: str) -> str:
    steps = rulebook().steps
    name = steps.get(kind, {}).get(code) or steps["general"].get(code)
    return in_language(name) if name else code


def role_name(code: str | None) -> str:
    return in_language(rulebook().roles[code].name) if code in rulebook().roles else code or ""


def departments_by_code() -> dict[str, Department]:
    """Return all departments by code, read once per request."""
    if "departments" not in g:
        g.departments = {
            row.code: row for row in db.session.execute(select(Department).order_by(Department.id)).scalars()
        }
    departments: dict[str, Department] = g.departments
    return departments


def department_name(code: str | None) -> str:
    row = departments_by_code().get(code or "")
    return row.name_in(current_language()) if row else code or ""


def clause_title(clause: str) -> str:
    """Return the title of a clause; empty where the procedure has no such clause."""
    return next((in_language(row.title) for row in rulebook().clauses if row.id == clause), "")


def form_number(key: str) -> str:
    return rulebook().forms[key].number
