"""The demo's trade: sixty invented customers of a car-audio factory, its models, and the shipments between
them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from cs.demo.market import (
    ABROAD,
    BIG,
    CUSTOMERS,
    FAMILIES,
    GIVEN,
    INDUSTRIES,
    LATER,
    LOT_SIZES,
    MODELS,
    POSTS,
    ROADS,
    SURNAMES,
    TYPES,
    UNIT_CODES,
    UNITS,
    WORDS,
)
from cs.demo.people import People
from cs.models.customers import Customer, Product, Shipment
from cs.models.holidays import work_calendar
from cs.records.procedure import rulebook
from cs.records.users import User


def random_for(what: str) -> Random:
    """Return chance that falls the same way at every build.

    Each case has its own, so that one more case leaves the others as they are.
    """
    return Random(f"MJ-QP-12 {what}")  # noqa: S311 nothing here is secret


@dataclass(frozen=True)
class Line:
    """A line of the table of customers."""

    short: str
    full: str
    kind: str
    organisation: str
    province: str
    city: str
    buys: str
    since: int
    reply_days: int | None
    terms: str

    @property
    def foreign(self) -> bool:
        return self.province in ABROAD


def _customer_lines() -> list[Line]:
    rows = [line.split("|") for line in CUSTOMERS.strip().splitlines()]
    return [Line(*row[:7], int(row[7]), int(row[8]) if row[8] else None, row[9]) for row in rows]


class Trade:
    """The customers, models and shipments made so far, in memory so that nothing loads them again."""

    def __init__(self, people: People, rng: Random) -> None:
        self.people, self.rng, self.calendar = people, rng, work_calendar()
        self.products: list[Product] = []
        self.family: dict[int, str] = {}  # of a product
        self.customers: list[Customer] = []
        self.buys: dict[int, list[Product]] = {}  # of a customer
        self.sent: list[Shipment] = []
        self.complained: set[int] = set()  # customers
        self.known_problems: dict[
            tuple[int, int, str], tuple[dict[str, Any], datetime]
        ] = {}  # customer, product and defect: the problem, and when it was told
        self._fitting: dict[int, list[int]] = {}
        # How often a sentence was used: by anybody, and by a customer.
        self.times_used: Counter[Any] = Counter()
        self._taken: set[str] = set()  # names and telephone numbers
        self.to_come = [line for line in _customer_lines() if line.short in LATER]
        self._serial = 0

    def add_models(self, moments: Iterator[datetime]) -> None:
        """Add all models, as the engineer enters them."""
        for n, row in enumerate(MODELS.strip().splitlines()):
            model, family, spec = row.split("|")
            product = Product.create(
                by=self.people["engineer"],
                on=next(moments),
                model=model,
                spec=spec,
                unit="set" if "套装" in spec else UNIT_CODES.get(UNITS[family], "pcs"),
                part_no=f"{30 + list(UNITS).index(family)}-{model[3:]}-{n + 1:02d}0",
            )
            self.products.append(product)
            self.family[product.id] = family

    def add_customers(self, moments: Iterator[datetime]) -> None:
        """Add the customers of the day on which the program was introduced."""
        for line in _customer_lines():
            if line.short not in LATER:
                self.add_customer(line, next(moments))

    def add_customer(self, line: Line, on: datetime) -> None:
        """Add a customer with its contacts, a representative and a clerk, and the models it buys."""
        rng, new = self.rng, line.short in LATER
        clerk = self._clerk_of(line)
        rep = clerk if line.foreign else rng.choice(self.people.with_role("sales_clerk"))
        families = [FAMILIES[letter] for letter in line.buys]
        address = self._address(line)
        customer = Customer.create(
            by=rep if new else clerk,
            on=on,
            short_name=line.short,
            full_name=line.full,
            customer_type=line.kind,
            status="active",
            english_name=line.full if line.full.isascii() else None,
            products="、".join(WORDS[family] for family in families),
            product_type=sorted(
                (TYPES.get(family, family) for family in families),
                key=list(rulebook().choices["product_type"]).index,
            ),
            organisation_type=line.organisation,
            address=address,
            delivery_address=address,
            rep_id=rep.id,
            clerk_id=clerk.id,
            reply_days=line.reply_days,
            payment_terms=line.terms,
            currency=ABROAD[line.province][0] if line.foreign else "CNY",
            delivery_terms=rng.choice(("FOB", "CIF"))
            if line.foreign
            else rng.choice(("delivered", "freight", "freight", "express")),
            brand_standing="well_known" if line.kind == "oem" else "ordinary",
            partner_since=on.date() if new else date(line.since, rng.randint(1, 12), rng.randint(1, 28)),
            industry=INDUSTRIES.get(line.kind, "汽车后市场"),
            scale=rng.choice(("50人以下", "约120人", "约300人", "约800人", "2000人以上")),
            monthly_demand=f"约{rng.choice((3, 5, 8, 12, 20, 30)) * 100}件",
            contacts=self._contacts(line),
        )
        self.customers.append(customer)
        offered = [product for product in self.products if self.family[product.id] in families]
        self.buys[customer.id] = rng.sample(offered, min(len(offered), rng.randint(3, 5)))

    def _clerk_of(self, line: Line) -> User:
        if line.foreign:
            return self.people["lihao"]
        return self.people[
            "zhaoyan"
            if line.kind == "oem"
            else self.rng.choice(("sales_clerk", "sales_clerk", "wangli", "dengjie"))
        ]

    def _contacts(self, line: Line) -> list[dict[str, Any]]:
        rng = self.rng
        self._serial += 1
        if line.foreign:
            posts, names = (
                list(zip(("quality", "purchasing"), ("Quality Engineer", "Purchasing Manager"), strict=True)),
                list(ABROAD[line.province][1]),
            )
        else:
            posts = rng.sample(POSTS, rng.choice((1, 2, 2, 3)))
            names = [self._name() for _ in posts]
        return [
            {
                "name": name,
                "position": post,
                "contact_role": role,
                "phone": self.phone(line.foreign),
                "survey_recipient": role == "purchasing",
                "email": f"{role}@kh{self._serial:03d}.example",
            }
            for (role, post), name in zip(posts, names, strict=True)
        ]

    def _name(self) -> str:
        """Return a name that nobody else in the demo bears."""
        while (name := self.rng.choice(SURNAMES) + self.rng.choice(GIVEN)) in self._taken:
            pass
        self._taken.add(name)
        return name

    def phone(self, foreign: bool = False) -> str:
        """Return a number that looks like one and is nobody's."""
        while (
            number := f"+00 555 {self.rng.randint(1000, 9999)}"
            if foreign
            else f"1380000{self.rng.randint(1000, 9999)}"
        ) in self._taken:
            pass
        self._taken.add(number)
        return number

    def _address(self, line: Line) -> str:
        number = self.rng.randint(6, 288)
        if line.foreign:
            return (
                f"{number} {'工業団地' if line.province == '日本' else 'Industrial Road'}, "
                f"{line.city}, {line.province}"
            )
        return f"{line.province}{line.city}{self.rng.choice(ROADS)}{number}号"

    def add_part_numbers(self, moments: Iterator[datetime]) -> None:
        """Add the part numbers under which vehicle makers and contract makers order, model by model."""
        for product in self.products:
            parts = [
                {
                    "customer_id": customer.id,
                    "part_no": f"{self.rng.randint(1000, 9999)}-{self.rng.randint(100000, 999999)}",
                }
                for customer in self.customers
                if customer.customer_type in ("oem", "contract_maker") and product in self.buys[customer.id]
            ]
            if parts:
                product.edit(
                    amendment_reason="补录客户料号",
                    by=self.people["engineer"],
                    on=next(moments),
                    customer_parts=parts,
                )

    # Shipments

    def import_shipments(self, on: datetime, days: list[date], by: User) -> None:
        """Import a workbook of what was sent on these days, one shipment each."""
        name = f"出货明细{days[0]:%Y%m%d}-{days[-1]:%Y%m%d}.xlsx"
        rows = [self._shipment(day) for day in days]
        self.sent += Shipment.bring_in(
            rows,
            lines=[*range(2, len(rows) + 2)],
            files=[[name, hashlib.sha256(name.encode()).hexdigest()]],
            by=by,
            on=on,
        )

    def sent_lately(self, day: date) -> dict[int, list[tuple[int, Shipment]]]:
        """Return what was sent in the four months before a day, by product: days ago, and the shipment."""
        lately: dict[int, list[tuple[int, Shipment]]] = {}
        for shipment in reversed(self.sent):
            ago = (day - shipment.shipped_on).days
            if ago > 125:
                break
            if ago > 0:
                lately.setdefault(shipment.product_id, []).append((ago, shipment))
        return lately

    # Complaints

    def fitting(self, problem: dict[str, Any]) -> list[int]:
        """Return the products that can have a problem."""
        if id(problem) not in self._fitting:
            self._fitting[id(problem)] = [
                product.id
                for product in self.products
                if self.family[product.id] in problem["on"]
                and product.model in problem.get("models", (product.model,))
                and product.model not in problem.get("but", ())
            ]
        return self._fitting[id(problem)]

    def knows(self, shipment: Shipment, problem: dict[str, Any], sentences: tuple[str, ...]) -> bool:
        """Tell whether this customer reported the problem with this model, or used the same words."""
        return (shipment.customer_id, shipment.product_id, problem["defect"]) in self.known_problems or any(
            (shipment.customer_id, sentence) in self.times_used for sentence in sentences
        )

    def remember(
        self, shipment: Shipment, problem: dict[str, Any], sentences: tuple[str, ...], when: datetime
    ) -> None:
        self.complained.add(shipment.customer_id)
        self.known_problems[shipment.customer_id, shipment.product_id, problem["defect"]] = problem, when
        self.times_used.update([*sentences, *((shipment.customer_id, sentence) for sentence in sentences)])

    def ship(self, on: datetime) -> None:
        """Enter one shipment of the day, as planning or the warehouse does."""
        by = self.rng.choice(self.people.with_role("planner", "warehouse_keeper"))
        self.sent.append(Shipment.create(by=by, on=on, **self._shipment(on.date())))

    def _shipment(self, shipped_on: date) -> dict[str, Any]:
        """Send goods to a customer, to large ones more often."""
        rng = self.rng
        customer = rng.choice(
            [candidate for candidate in self.customers if candidate.short_name in BIG]
            if rng.random() < 0.35
            else self.customers
        )
        product = rng.choice(self.buys[customer.id])
        made = shipped_on - timedelta(days=rng.randint(3, 9))
        while not self.calendar.is_working(made):
            made -= timedelta(days=1)
        low, high = LOT_SIZES[self.family[product.id]]
        self._serial += 1
        return {
            "customer_id": customer.id,
            "product_id": product.id,
            "order_no": f"SO{shipped_on:%y%m}-{self._serial:04d}",
            "lot_no": f"L{made:%y%m%d}{rng.choice('ABC')}{rng.randint(1, 6)}",
            "quantity": int(round(rng.triangular(low, high, low * 1.6), -1)),
            "shipped_on": shipped_on,
            "produced_on": made,
        }
