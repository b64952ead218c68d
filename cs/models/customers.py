"""Customers 客户 (5.1.3.2, 5.4.1): one row serves the register MJ-QP-12-07 and the file MJ-QP-12-02."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from cs.extensions import Model, db
from cs.models.lots import WithLot, lot_key
from cs.procedure import customers as procedure
from cs.procedure.authority import role_for
from cs.records.bulk import bring_in
from cs.records.numbers import next_numbers
from cs.records.personal_tasks import follow_name
from cs.records.procedure import local_day
from cs.records.record import MAX_ID, Record
from cs.records.search import pinyin_initials, sort_key
from cs.records.texts import comparable, lookalike_key
from cs.records.types import UnitPrice, exact_number
from cs.records.users import User
from cs.records.workflowed import Workflowed

MAX_PHONE_LENGTH = 120  # several numbers with their extensions stand in one field


def one_active(table: str) -> Index:
    """Allow no two records with one natural key that are not void, whoever enters them at the same moment."""
    valid = text("state = 'active'")
    return Index(
        f"uq_{table}_natural_key", "natural_key", unique=True, sqlite_where=valid, postgresql_where=valid
    )


class Contact(Model):
    """A person at the customer."""

    __tablename__ = "contacts"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    name: Mapped[str]
    position: Mapped[str | None]
    phone: Mapped[str | None]
    email: Mapped[str | None]
    contact_role: Mapped[str | None]
    survey_recipient: Mapped[bool] = mapped_column(default=False)


class MasterData(Workflowed):
    """Data that records refer to: created, edited, voided with a reason, imported."""

    __abstract__ = True
    derived = Record.derived | {"natural_key"}
    names: ClassVar[tuple[str, ...]] = ()  # the fields by which other records show it

    state: Mapped[str] = (
        mapped_column()
    )  # nearly all are active: an index of it would lead the database astray
    natural_key: Mapped[str] = mapped_column(
        index=True
    )  # what makes it the same thing as another, in comparable form

    @property
    def subject(self) -> str:
        return self.title

    @classmethod
    def create(cls, *, by: User, on: datetime, **values: Any) -> Any:
        """Create a record with these field values. Raises IntegrityError where its natural key is there
        already."""
        record = cls()
        with record.advancing("create", by, on):
            record.fill(values)
            cls.prepare([record], on)
        return record

    @classmethod
    def bring_in(
        cls, rows: list[dict[str, Any]], *, lines: list[int], files: list[list[str]], by: User, on: datetime
    ) -> list[Any]:
        """Import new records out of a table, each with its event `import`, which names the file ([name,
        hash]) and the row in it.

        Raises NotAllowed, and IntegrityError where a natural key is already there: then none of them comes
        in.
        """
        step = cls().check("create", by, on)
        records = []
        for values in rows:
            record = cls(state=step.target)
            record.fill(values)
            records.append(record)
        cls.prepare(records, on)
        bring_in(
            records,
            "import",
            by,
            on,
            lines=lines,
            clause=step.clause,
            role=role_for(by.roles, step.permission),
            files=files,
        )
        return records

    @classmethod
    def same(cls, natural_key: str, *, other_than: Any = None) -> Any:
        """Return the record, not void, that has this natural key; None when there is none, or it is
        `other_than` itself."""
        query = select(cls).where(cls.natural_key == natural_key, cls.state == "active")
        found = db.session.execute(query).scalar()
        return None if found is other_than else found

    def edit(self, *, amendment_reason: str | None = None, by: User, on: datetime, **values: Any) -> None:
        """Change the given fields; the event keeps the old values and the reason (5.6). What shows the
        record by its name follows a new one at once."""
        known_as = [getattr(self, name) for name in self.names]
        with self.advancing("edit", by, on, note=amendment_reason):
            self.fill(values)
        if [getattr(self, name) for name in self.names] != known_as:
            follow_name(self, on)

    def void(self, *, reason: str, by: User, on: datetime) -> None:
        """Take the record out of use; it stays readable, its number stays taken (5.6)."""
        with self.advancing("void", by, on, note=reason):
            self.void_reason = reason

    @classmethod
    def prepare(cls, records: list[Any], on: datetime) -> None:
        """Give new records what they need, such as their numbers."""

    def fill(self, values: dict[str, Any]) -> None:
        for field, value in values.items():
            setattr(self, field, value)

    @staticmethod
    def _in_kept_order(rows: list[Any]) -> list[Any]:
        """Return the order in which the rows will be read again: a content hash counts on it."""
        return sorted(rows, key=lambda row: row.id or MAX_ID)


class Customer(MasterData):
    kind = "customer"
    parts = ("contacts",)
    derived = MasterData.derived | {"sort_name", "lookalike_key"}
    names = ("short_name", "full_name")
    workflow = procedure.CUSTOMER
    __tablename__ = "customers"
    number: Mapped[str] = mapped_column(unique=True)
    short_name: Mapped[str]
    full_name: Mapped[str]
    english_name: Mapped[str | None]
    sort_name: Mapped[str] = mapped_column(index=True)
    lookalike_key: Mapped[str | None] = mapped_column(index=True)
    customer_type: Mapped[str]
    customer_level: Mapped[str | None]  # from the grading, never typed (7.1 field 6)
    status: Mapped[str] = mapped_column(default="active")
    products: Mapped[str | None] = mapped_column(Text)
    product_type: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    address: Mapped[str | None] = mapped_column(Text)
    delivery_address: Mapped[str | None] = mapped_column(Text)
    invoice_address: Mapped[str | None] = mapped_column(Text)
    rep_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    clerk_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    partner_since: Mapped[date | None]
    reply_days: Mapped[int | None]  # agreed limit for replies to complaints (7.2 field 21), in days
    tax_id: Mapped[str | None]
    legal_representative: Mapped[str | None]
    organisation_type: Mapped[str | None]
    scale: Mapped[str | None]
    industry: Mapped[str | None]
    monthly_demand: Mapped[str | None]
    brand_standing: Mapped[str | None]
    payment_terms: Mapped[str | None]
    currency: Mapped[str | None]
    credit_limit: Mapped[int | None]  # in whole units of the currency
    delivery_terms: Mapped[str | None]
    retention_asked: Mapped[str | None]
    remarks: Mapped[str | None] = mapped_column(Text)
    contacts: Mapped[list[Contact]] = relationship(
        cascade="all, delete-orphan", order_by=Contact.id, lazy="selectin"
    )
    rep: Mapped[User | None] = relationship(foreign_keys=[rep_id])
    clerk: Mapped[User | None] = relationship(foreign_keys=[clerk_id])
    __table_args__ = (one_active("customers"),)

    NEEDED = (
        "organisation_type",
        "scale",
        "address",
        "product_type",
        "monthly_demand",
        "payment_terms",
        "currency",
        "rep_id",
        "clerk_id",
        "partner_since",
    )

    @property
    def missing(self) -> tuple[str, ...]:
        """Return what a complete customer file holds (7.1, 7.2, marked "!") and this one does not: it may
        follow later."""
        contacts = () if self.contacts else ("contacts",)
        return contacts + tuple(field for field in self.NEEDED if getattr(self, field) in (None, "", []))

    @property
    def title(self) -> str:
        return f"{self.number} {self.short_name}"

    @property
    def searched_names(self) -> tuple[str, ...]:
        """Return the names by which it is found, and their pinyin initials."""
        return (self.short_name, self.full_name, *map(pinyin_initials, (self.short_name, self.full_name)))

    def searched(self) -> tuple[str | None, ...]:
        people: list[str | None] = []
        for contact in self.contacts:
            people += [contact.name, pinyin_initials(contact.name), contact.phone]
        return (self.number, *self.searched_names, self.english_name, *people)

    @classmethod
    def like(cls, full_name: str, *, other_than: Customer | None = None) -> Customer | None:
        """Return a customer, not void, whose name people take for this one."""
        key = lookalike_key(full_name)
        if not key:
            return None
        query = select(cls).where(cls.lookalike_key == key, cls.state == "active")
        if other_than is not None:
            query = query.where(cls.id != other_than.id)
        return db.session.execute(query.order_by(cls.id).limit(1)).scalar()

    @classmethod
    def prepare(cls, records: list[Any], on: datetime) -> None:
        """Give the next numbers, past those that came in with a factory's own list."""
        waiting = [record for record in records if record.number is None]
        own = {record.number for record in records}
        while waiting:
            numbers = next_numbers(cls.kind, local_day(on), len(waiting))
            taken = own | set(db.session.execute(select(cls.number).where(cls.number.in_(numbers))).scalars())
            free = [number for number in numbers if number not in taken]
            for record, number in zip(waiting, free, strict=False):
                record.number = number
            waiting = waiting[len(free) :]

    @staticmethod
    def key_of(full_name: str) -> str:
        return comparable(full_name)

    def fill(self, values: dict[str, Any]) -> None:
        contacts = values.pop("contacts", None)
        super().fill(values)
        self.sort_name, self.natural_key = sort_key(self.short_name), self.key_of(self.full_name)
        self.lookalike_key = lookalike_key(self.full_name)
        if contacts is not None:
            kept = {contact.id: contact for contact in self.contacts}
            rows = []
            for facts in contacts:
                row = kept.pop(facts.get("id"), None) or Contact()
                for field, value in facts.items():
                    if field != "id":
                        setattr(row, field, value)
                rows.append(row)
            self.contacts = self._in_kept_order(rows)


class CustomerPart(Model):
    """The number under which a customer orders a model."""

    __tablename__ = "customer_parts"
    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), index=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    part_no: Mapped[str]
    customer: Mapped[Customer] = relationship(lazy="joined")
    __table_args__ = (UniqueConstraint("product_id", "customer_id", "part_no"),)


class Product(MasterData):
    """A model that the factory makes."""

    kind = "product"
    parts = ("customer_parts",)
    names = ("model",)
    workflow = procedure.PRODUCT
    __tablename__ = "products"
    model: Mapped[str] = mapped_column(index=True)
    spec: Mapped[str]
    part_no: Mapped[str | None]
    unit: Mapped[str] = mapped_column(default="pcs")
    unit_price: Mapped[Decimal | None] = mapped_column(UnitPrice)  # in RMB, tax included
    customer_parts: Mapped[list[CustomerPart]] = relationship(
        cascade="all, delete-orphan", order_by=CustomerPart.id, lazy="selectin"
    )
    __table_args__ = (one_active("products"),)

    @validates("unit_price")
    def _exact(self, _key: str, value: Any) -> Decimal | None:
        return exact_number(value)

    @property
    def title(self) -> str:
        return self.model

    def searched(self) -> tuple[str | None, ...]:
        return (self.model, self.spec, self.part_no, *(part.part_no for part in self.customer_parts))

    @staticmethod
    def key_of(model: str) -> str:
        return comparable(model)

    def fill(self, values: dict[str, Any]) -> None:
        parts = values.pop("customer_parts", None)
        super().fill(values)
        self.natural_key = self.key_of(self.model)
        if parts is not None:
            kept = {(row.customer_id, row.part_no): row for row in self.customer_parts}
            rows = [kept.get((one["customer_id"], one["part_no"])) or CustomerPart(**one) for one in parts]
            self.customer_parts = self._in_kept_order(rows)


class Shipment(WithLot, MasterData):
    """What was sent: order, lot, model, quantity, day. Complaints and returns are compared with it."""

    kind = "shipment"
    derived = MasterData.derived | {"lot_key"}
    workflow = procedure.SHIPMENT
    __tablename__ = "shipments"
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    order_no: Mapped[str] = mapped_column(index=True)
    lot_no: Mapped[str] = mapped_column(index=True)
    quantity: Mapped[int]
    shipped_on: Mapped[date] = mapped_column(index=True)
    produced_on: Mapped[date | None]
    unit_price: Mapped[Decimal | None] = mapped_column(UnitPrice)  # tax included
    currency: Mapped[str | None]  # of the price; RMB where none is given
    customer: Mapped[Customer] = relationship()
    product: Mapped[Product] = relationship()
    __table_args__ = (
        one_active("shipments"),
        CheckConstraint("quantity > 0", name="quantity"),
        Index("ix_shipments_customer_id_shipped_on", "customer_id", "shipped_on"),
        Index("ix_shipments_product_id_shipped_on", "product_id", "shipped_on"),
    )

    @validates("unit_price")
    def _exact(self, _key: str, value: Any) -> Decimal | None:
        return exact_number(value)

    @property
    def title(self) -> str:
        return f"{self.lot_no} {self.order_no}"

    def searched(self) -> tuple[str | None, ...]:
        return (self.order_no, self.lot_no, self.product.model, *self.customer.searched_names)

    @staticmethod
    def key_of(customer_id: int, product_id: int, order_no: str, lot_no: str, shipped_on: date) -> str:
        return (
            f"{customer_id}/{product_id}/{comparable(order_no)}/{comparable(lot_no)}/{shipped_on.isoformat()}"
        )

    def fill(self, values: dict[str, Any]) -> None:
        super().fill(values)
        self.natural_key = self.key_of(
            self.customer_id, self.product_id, self.order_no, self.lot_no, self.shipped_on
        )
        self.customer = db.session.get_one(Customer, self.customer_id)
        self.product = db.session.get_one(Product, self.product_id)

    @classmethod
    def of_lot(cls, lot_no: str, customer_id: int | None, most: int) -> list[Shipment]:
        """Return the shipments of a lot (to this customer), newest first."""
        query = (
            select(cls)
            .where(cls.lot_key == lot_key(lot_no), cls.state == "active")
            .order_by(cls.shipped_on.desc(), cls.id.desc())
            .limit(most)
        )
        if customer_id is not None:
            query = query.where(cls.customer_id == customer_id)
        return list(db.session.execute(query).scalars())

    @classmethod
    def known_lot(cls, lot_no: str, customer_id: int | None = None) -> bool:
        """Return whether such a lot was ever shipped (to this customer)."""
        return bool(cls.of_lot(lot_no, customer_id, 1))
