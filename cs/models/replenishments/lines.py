"""The lines of a replenishment application, and what its signatures cover."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, NotRequired, TypedDict

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from cs.extensions import Model, db
from cs.models.customers import Product
from cs.procedure import replenishments as procedure
from cs.procedure.workflow import Refused
from cs.records.procedure import rulebook
from cs.records.types import ExchangeRate, Money, Quantity, UnitPrice, exact_number

FACE = (
    "number",
    "complaint_id",
    "return_id",
    "customer_id",
    "order_no",
    "charged",
    "wanted_on",
    "replenishment_reason",
    "amount",
)
CONVERSION = ("currency", "rate", "rate_reason")
LINE_FACE = ("product_id", "quantity", "unit_price", "amount")


class RateReasonMissing(Refused):
    """A rate far from the usual one, without a reason."""


class Terms(TypedDict):
    """What an application says: fields 4 to 9 of the form."""

    lines: list[dict[str, Any]]
    order_no: str | None
    charged: bool
    wanted_on: date
    replenishment_reason: str
    currency: NotRequired[str]  # RMB unless said otherwise
    rate: NotRequired[Decimal]  # RMB for 1
    rate_reason: NotRequired[str | None]  # why it is far from the usual one


class ReplenishmentLine(Model):
    """So many of a model at a price; its amount in RMB rounds half up to the fen, which the database checks.

    `rate` is that of the application, none in RMB: what is converted is too long for the database's sums and
    is checked by `verify`.
    """

    __tablename__ = "replenishment_lines"
    id: Mapped[int] = mapped_column(primary_key=True)
    replenishment_id: Mapped[int] = mapped_column(ForeignKey("replenishments.id"), index=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    quantity: Mapped[Decimal] = mapped_column(Quantity)
    unit_price: Mapped[Decimal] = mapped_column(UnitPrice)
    rate: Mapped[Decimal | None] = mapped_column(ExchangeRate)
    amount: Mapped[Decimal] = mapped_column(Money)
    product: Mapped[Product] = relationship(lazy="joined")
    __table_args__ = (
        CheckConstraint("quantity > 0 AND unit_price > 0", name="some"),
        CheckConstraint(
            "rate IS NOT NULL OR amount = (quantity * unit_price + 50000) / 100000", name="product_to_the_fen"
        ),
    )

    @validates("quantity", "unit_price", "rate", "amount")
    def _exact(self, _key: str, value: Any) -> Decimal | None:
        return exact_number(value)

    def face(self) -> dict[str, Any]:
        """Return what a signature covers of the line."""
        return {name: getattr(self, name) for name in LINE_FACE}

    @property
    def adds_up(self) -> bool:
        return self.amount == procedure.line_amount(
            self.quantity, self.unit_price, self.rate or procedure.AT_PAR
        )


def conversion_of(application: Any) -> dict[str, Any]:
    """Return currency, rate and its reason as the content holds them: none for RMB, as before there were
    others."""
    if application.currency in (None, procedure.RMB):
        return dict.fromkeys(CONVERSION)
    return {name: getattr(application, name) for name in CONVERSION}


def convert(application: Any, terms: Terms) -> None:
    """Set currency and rate by the terms of an application. Raise RateReasonMissing for a rate far from the
    usual one without a reason; for any other rate none is kept."""
    currency = terms.get("currency", procedure.RMB)
    rate = procedure.AT_PAR if currency == procedure.RMB else terms.get("rate", procedure.AT_PAR)
    needs_reason = rulebook().replenishment.rate_needs_reason(currency, rate)
    reason = terms.get("rate_reason") if needs_reason else None
    if needs_reason and not reason:
        raise RateReasonMissing("rate_reason")
    application.currency, application.rate, application.rate_reason = currency, rate, reason


def lines_of_application(
    rows: Iterable[dict[str, Any]], lines: Iterable[ReplenishmentLine], rate: Decimal | None
) -> list[ReplenishmentLine]:
    """Return the lines that the rows of the form describe, oldest first, at a rate; None in RMB.

    A line that stays the same is the same object: it keeps its row in the database.
    """
    left: dict[tuple[Any, ...], list[ReplenishmentLine]] = {}
    for line in lines:
        left.setdefault((line.product_id, line.quantity, line.unit_price, line.rate), []).append(line)
    filled = []
    for values in rows:
        price = exact_number(values["unit_price"])
        same = left.get((values["product_id"], exact_number(values["quantity"]), price, exact_number(rate)))
        filled.append(same.pop(0) if same else _new_line(values, rate))
    return sorted(filled, key=lambda line: line.id or 2**31)


def _new_line(values: dict[str, Any], rate: Decimal | None) -> ReplenishmentLine:
    amount = procedure.line_amount(values["quantity"], values["unit_price"], rate or procedure.AT_PAR)
    product = db.session.get_one(Product, values["product_id"])
    return ReplenishmentLine(product=product, amount=amount, rate=rate, **values)
