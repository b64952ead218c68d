"""Lists of customers and products to choose from: in forms, and above lists as filters."""

from __future__ import annotations

from typing import Any

from flask import url_for
from markupsafe import Markup
from sqlalchemy import Select, select

from cs.extensions import db
from cs.models.customers import Customer, Product
from cs.procedure.authority import Permission, roles_with
from cs.records.departments import Membership
from cs.records.record import Record, by_number
from cs.records.sections import sections
from cs.records.users import User
from cs.web.fields import reference_choices


def section_of(kind: str) -> str:
    """Return the name of the section where the records of a kind have their pages."""
    return sections().kinds[kind].name


def address_of(kind: str, record_id: int) -> str:
    """Return the URL of a record's page."""
    return url_for(f"{section_of(kind)}.detail", record_id=record_id)


def by_any_number(number: str) -> Record | None:
    """Return the record, of whatever kind, that people call by this number."""
    models = [section.model for section in sections().with_records()]
    records = (by_number(model, number) for model in models if hasattr(model, "number"))
    return next((record for record in records if record is not None), None)


def record_link(message: str, url: str, title: str) -> Markup:
    """A message that leads to a record, in a page of its own so that nothing typed is lost."""
    return Markup('{} <a href="{}" target="_blank">{}</a>').format(message, url, title)


def _named(query: Select[Any]) -> list[tuple[int, str]]:
    return [(row[0], " · ".join(str(part) for part in row[1:] if part)) for row in db.session.execute(query)]


def customers_to_choose(*kept: int | None) -> list[tuple[Any, str]]:
    """All customers that are not void, by pinyin; `kept` stay even if void: a record that names them is still
    edited."""
    offered = (Customer.state == "active") | Customer.id.in_([one for one in kept if one])
    return reference_choices(
        _named(
            select(Customer.id, Customer.short_name, Customer.number)
            .where(offered)
            .order_by(Customer.sort_name, Customer.id)
        )
    )


def products_to_choose(*kept: int | None) -> list[tuple[Any, str]]:
    offered = (Product.state == "active") | Product.id.in_([one for one in kept if one])
    return reference_choices(
        _named(select(Product.id, Product.model, Product.spec).where(offered).order_by(Product.model))
    )


def sales_people() -> list[User]:
    """Who may look after customers, by pinyin: active people with a role that keeps the customers' data."""
    sells = select(Membership.user_id).where(Membership.role.in_(roles_with(Permission.EDIT_CUSTOMER)))
    return list(
        db.session.execute(
            select(User).where(User.active, User.id.in_(sells)).order_by(User.sort_name, User.id)
        ).scalars()
    )


def people_to_choose(permission: Permission, *, department: str | None = None) -> list[User]:
    """Active people who may do something, in one department or in all, by pinyin."""
    query = select(User).join(Membership).where(User.active, Membership.role.in_(roles_with(permission)))
    if department is not None:
        query = query.where(
            User.id.in_(select(Membership.user_id).where(Membership.department == department))
        )
    return sorted(
        db.session.execute(query).unique().scalars(), key=lambda person: (person.sort_name, person.id)
    )
