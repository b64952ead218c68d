"""The administrator's first steps on a new site, each open or done by what the data says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.models.customers import Customer, Product
from cs.procedure.authority import Permission, roles_with
from cs.queries.signers import Gate, SignersToday, signers_today
from cs.queries.site_health import SiteHealth, read_site_health
from cs.records.company import company
from cs.records.departments import Membership
from cs.records.procedure import local_day
from cs.records.users import User

CALENDAR_WARNING = timedelta(days=60)  # before the public calendar ends


@dataclass(frozen=True)
class FirstSteps:
    """What is done of the first steps, and what each still needs."""

    done: dict[str, bool]  # in the order in which they are taken
    health: SiteHealth
    signers: SignersToday
    customers: int
    products: int
    importers: dict[str, tuple[str, ...]]  # who may import customers and products, by name

    @property
    def open(self) -> int:
        """Return how many steps are open."""
        return sum(not done for done in self.done.values())

    @property
    def unsigned(self) -> list[Gate]:
        """Return the signatures that nobody could give today."""
        return [gate for gate in self.signers.gates if gate.vacant]


def read_first_steps(on: datetime) -> FirstSteps:
    """Read which of the first steps are done."""
    health, signers = read_site_health(on), signers_today(on)
    customers, products = _count(Customer), _count(Product)
    unsigned = any(gate.vacant for gate in signers.gates) or signers.faulty
    done = {
        "company": company().is_named,
        "address": company().web_address is not None,
        "people": not health.impossible,
        "heads": not health.headless_departments_with_people and not unsigned and health.people > 1,
        "holidays": health.calendar_known_until >= local_day(on),
        "customers": customers > 0,
        "products": products > 0,
    }
    importers = {
        "customers": _people_with(Permission.EDIT_CUSTOMER),
        "products": _people_with(Permission.EDIT_PRODUCT),
    }
    return FirstSteps(done, health, signers, customers, products, importers)


def are_first_steps_shown(on: datetime) -> bool:
    """Return whether the administrator begins with the first steps: some are open, they were not put away,
    and the site was not at work before it had them."""
    if company().first_steps_hidden or (not company().is_set and _has_complaints()):
        return False
    return read_first_steps(on).open > 0


def _has_complaints() -> bool:
    return db.session.execute(select(Complaint.id).limit(1)).first() is not None


def calendar_reaches_far_enough(health: SiteHealth, on: datetime) -> bool:
    """Return whether the public holidays are known for some time to come."""
    return health.calendar_known_until >= local_day(on) + CALENDAR_WARNING


def _count(model: type[Customer] | type[Product]) -> int:
    query = select(func.count()).select_from(model).where(model.state == "active")
    return int(db.session.execute(query).scalar_one())


def _people_with(permission: Permission) -> tuple[str, ...]:
    query = (
        select(User.name)
        .join(Membership)
        .where(User.active, Membership.role.in_(roles_with(permission)))
        .order_by(User.sort_name)
        .distinct()
    )
    return tuple(db.session.execute(query.add_columns(User.sort_name)).scalars())
