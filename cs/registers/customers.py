"""客户一览表 MJ-QP-12-07: one line for each customer."""

from __future__ import annotations

from typing import Any

from flask import url_for
from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from cs.models.customers import Contact, Customer
from cs.printing.definition import Column, Register
from cs.queries.listing import Filter, Listing, Sort
from cs.records.users import User
from cs.wording.labels import choice, choices, term

REP, CLERK = aliased(User), aliased(User)
FIRST_CONTACT = (
    select(func.min(Contact.id))
    .where(Contact.customer_id == Customer.id)
    .correlate(Customer)
    .scalar_subquery()
)

LISTING = Listing(
    Customer,
    select(
        Customer.id,
        Customer.number,
        Customer.short_name,
        Customer.full_name,
        Customer.customer_type,
        Customer.customer_level,
        Customer.products,
        Contact.name.label("contact"),
        Contact.position,
        Contact.phone,
        Contact.email,
        Customer.address,
        REP.name.label("rep"),
        CLERK.name.label("clerk"),
        Customer.partner_since,
        Customer.status,
        Customer.remarks,
    )
    .outerjoin(Contact, Contact.id == FIRST_CONTACT)
    .outerjoin(REP, REP.id == Customer.rep_id)
    .outerjoin(CLERK, CLERK.id == Customer.clerk_id)
    .where(Customer.state == "active"),
    {
        "number": Sort(lambda: term("customer_code"), Customer.number),
        "name": Sort(lambda: term("short_name"), Customer.sort_name),
    },
    (
        Filter(
            "status",
            lambda: term("status"),
            lambda: choices("customer_status"),
            lambda value: Customer.status == value,
        ),
        Filter(
            "type",
            lambda: term("customer_type"),
            lambda: choices("customer_type"),
            lambda value: Customer.customer_type == value,
        ),
    ),
    search_label=lambda: term("customer"),
)


def _level_in_words(row: Any) -> str:
    return choice("customer_level", row.customer_level or "ungraded")


CUSTOMER_REGISTER = Register(
    "customers",
    "customer_register",
    "customer",
    LISTING,
    (
        Column("customer_code", lambda row: row.number, 10),
        Column("short_name", lambda row: row.short_name, 14),
        Column("full_name", lambda row: row.full_name, 28),
        Column("customer_type", lambda row: choice("customer_type", row.customer_type), 13),
        Column("customer_level", _level_in_words, 8),
        Column("main_products", lambda row: row.products, 20),
        Column("contact", lambda row: row.contact, 10),
        Column("contact_title", lambda row: row.position, 12, under=True),
        Column("phone", lambda row: row.phone, 15),
        Column("email", lambda row: row.email, 22, under=True),
        Column("address", lambda row: row.address, 30),
        Column("sales_rep", lambda row: row.rep, 10),
        Column("follow_up_clerk", lambda row: row.clerk, 10, under=True),
        Column("partner_since", lambda row: row.partner_since, 11, "day"),
        Column("status", lambda row: choice("customer_status", row.status), 8),
        Column("remarks", lambda row: row.remarks, 24),
    ),
    address=lambda row: url_for("customers.detail", record_id=row.id),
)
