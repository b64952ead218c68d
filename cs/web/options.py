"""Lists of customers and products to choose from: in forms, and above lists as filters."""

from __future__ import annotations

from typing import Any

from flask import url_for
from markupsafe import Markup
from sqlalchemy import select

from cs.extensions import db
from cs.models.customers import Customer, Product
from cs.procedure.authority import Permission, roles_with
from cs.records.departments import Membership
from cs.records.record import Record, by_number
from cs.records.sections import sections
from cs.records.users import User
from cs.web.fields import reference_choices
from cs.wording.labels import department_name, departments_by_code


def section_of(kind: str) -> str:
    """Return the name of the section where the records of a kind have their pages."""
    return sections().kinds[kind].name


def address_of(kind: str, record_id: int) -> str:
    """Return the URL of a record's page."""
    return url_for(f"{section_of(kind)}.detail", record_id=record_id)


def form_address(kind: str, about: Record) -> str:
    """Return the URL of the form that begins a record of a kind, with another record chosen in it."""
    query: dict[str, Any] = {about.kind: about.id}
    return url_for(f"{section_of(kind)}.new", **query)


def by_any_number(number: str) -> Record | None:
    """Return the record, of whatever kind, that people call by this number."""
    models = [section.model for section in sections().with_records()]
    records = (by_number(model, number) for model in models if hasattr(model, "number"))
    return next((record for record in records if record is not None), None)


def record_link(message: str, url: str, title: str) -> Markup:
    """Return a message with a link to a record; it opens a new tab, so that nothing typed is lost."""
    return Markup('{} <a href="{}" target="_blank">{}</a>').format(message, url, title)


def _read_choices(query: Any) -> list[tuple[int, str]]:
    """Return (id, label) of each row, whose further columns make the label."""
    choices = []
    for id_, *parts in db.session.execute(query):
        choices.append((id_, " · ".join(str(part) for part in parts if part)))
    return choices


def customers_to_choose(*already_named: int | None) -> list[tuple[Any, str]]:
    """Return the customers that are not void, by pinyin, and those the edited record names already."""
    offered = (Customer.state == "active") | Customer.id.in_([id_ for id_ in already_named if id_])
    return reference_choices(
        _read_choices(
            select(Customer.id, Customer.short_name, Customer.number)
            .where(offered)
            .order_by(Customer.sort_name, Customer.id)
        )
    )


def products_to_choose(*already_named: int | None) -> list[tuple[Any, str]]:
    offered = (Product.state == "active") | Product.id.in_([id_ for id_ in already_named if id_])
    return reference_choices(
        _read_choices(select(Product.id, Product.model, Product.spec).where(offered).order_by(Product.model))
    )


def departments_to_choose(already_named: str | None = None) -> list[tuple[str, str]]:
    """Return the departments in use, and the one that the edited record names already."""
    return [
        ("", "—"),
        *(
            (code, department_name(code))
            for code, row in departments_by_code().items()
            if row.active or code == already_named
        ),
    ]


def sales_people() -> list[User]:
    """Return the active people who may edit customers, by pinyin."""
    sells = select(Membership.user_id).where(Membership.role.in_(roles_with(Permission.EDIT_CUSTOMER)))
    return list(
        db.session.execute(
            select(User).where(User.active, User.id.in_(sells)).order_by(User.sort_name, User.id)
        ).scalars()
    )


def people_to_choose(permission: Permission, *, department: str | None = None) -> list[User]:
    """Return the active people with a permission, in one department or in all, by pinyin."""
    query = select(User).join(Membership).where(User.active, Membership.role.in_(roles_with(permission)))
    if department is not None:
        query = query.where(
            User.id.in_(select(Membership.user_id).where(Membership.department == department))
        )
    return sorted(
        db.session.execute(query).unique().scalars(), key=lambda person: (person.sort_name, person.id)
    )
