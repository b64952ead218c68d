"""Who can sign what today, for the administrator: each gate with its people and deputies, and the chains that
nobody could pass. Read-only, no contents.

Who may sign stands in the procedure's rows and `signing_role`; here they are only asked.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import lazyload

from cs.extensions import db
from cs.models.deputies import Deputy
from cs.models.replenishments.application import Replenishment
from cs.procedure.authority import Permission, roles_with
from cs.procedure.replenishments import UNORDERED, can_pass, signing_roles
from cs.procedure.workflow import Step
from cs.records.procedure import rulebook
from cs.records.record import KINDS
from cs.records.tasks import Task
from cs.records.users import User
from cs.records.workflowed import Workflowed

LATEST = 20  # so many applications say who usually applies


@dataclass(frozen=True)
class Signers:
    """The people who hold a role today, and who stands in for one of them; `role` None: the heads of
    departments."""

    role: str | None
    people: tuple[User, ...]
    deputies: tuple[Deputy, ...] = ()


@dataclass(frozen=True)
class Gate:
    """What is signed, and by whom: by somebody of any of the roles, or (`each`) by somebody of each.

    `stuck`: of what waits, what these people cannot sign through, also where the next signature can be given
    and only a later one cannot.
    """

    kind: str
    step: Step
    roles: tuple[Signers, ...]
    needs_every_role: bool
    waiting: int
    stuck: int

    @property
    def vacant(self) -> tuple[str | None, ...]:
        """Return the roles without which it cannot be passed and which nobody holds."""
        empty = tuple(signers.role for signers in self.roles if not signers.people)
        return empty if self.needs_every_role or len(empty) == len(self.roles) else ()


@dataclass(frozen=True)
class Chain:
    """A chain of replenishment's signatures: whose own application nobody could sign through, of all who may
    apply."""

    roles: tuple[str, ...]
    blocked: tuple[User, ...]
    usual: tuple[User, ...]  # of the blocked, who usually applies
    closed: bool  # whoever applies: nobody can pass it


@dataclass(frozen=True)
class SignersToday:
    """All of it, on one day."""

    gates: tuple[Gate, ...]
    chains: tuple[Chain, ...]

    @property
    def stuck(self) -> int:
        return sum(gate.stuck for gate in self.gates)

    @property
    def faulty(self) -> bool:
        """Return whether anything needs the administrator's attention."""
        return bool(self.stuck) or any(chain.closed or chain.usual for chain in self.chains)


def signers_today(on: datetime) -> SignersToday:
    """Return who can sign what on this day (5.3.4, 5.2.2)."""
    people = tuple(
        db.session.execute(select(User).where(User.active).order_by(User.sort_name, User.id)).scalars()
    )
    deputies = Deputy.standing_in(on)
    held = {person.id: person.roles for person in people if person.may(Permission.APPROVE_REPLENISHMENT)}
    waiting = {
        (kind, task): count
        for kind, task, count in db.session.execute(
            select(Task.kind, Task.name, func.count(Task.record_id.distinct())).group_by(Task.kind, Task.name)
        )
    }
    stuck = {
        Replenishment.kind: sum(
            not application.approval_chain.can_be_completed(held) for application in _unsigned_applications()
        )
    }
    gates = []
    for kind, cls in KINDS.items():
        for step in _signed_steps(cls):
            every_role = step.permission is Permission.APPROVE_REPLENISHMENT
            gates.append(
                Gate(
                    kind,
                    step,
                    _signers_of_step(step, people, deputies),
                    every_role,
                    waiting.get((kind, step.task or ""), 0),
                    stuck[kind] if every_role else 0,
                )
            )
    return SignersToday(tuple(gates), _chains_of_signatures(people, held))


def _unsigned_applications() -> list[Replenishment]:
    """Return the applications whose signatures are awaited, without their lines."""
    query = (
        select(Replenishment).where(Replenishment.state == UNORDERED).options(lazyload(Replenishment.lines))
    )
    return list(db.session.execute(query).scalars())


def _signed_steps(cls: type) -> list[Step]:
    """Return the steps that are signed, the first of each task: the others are its alternatives."""
    steps = (
        [step for step in cls.workflow.steps if step.task and step.signed]
        if issubclass(cls, Workflowed)
        else []
    )
    return list({step.task: step for step in reversed(steps)}.values())[::-1]


def _signers_of_step(step: Step, people: tuple[User, ...], deputies: list[Deputy]) -> tuple[Signers, ...]:
    # 5.2.2.4: by the heads who were at the meeting, whatever their role
    if step.permission is Permission.COUNTERSIGN:
        return (Signers(None, tuple(person for person in people if _heads_a_department(person))),)
    acting = deputies if step.permission is Permission.APPROVE_REPLENISHMENT else []
    return tuple(_signers_in_role(role, people, acting) for role in roles_with(step.permission))


def _heads_a_department(person: User) -> bool:
    return any(row.is_head for row in person.memberships)


def _signers_in_role(role: str, people: tuple[User, ...], deputies: list[Deputy]) -> Signers:
    return Signers(
        role,
        tuple(person for person in people if role in person.roles),
        tuple(row for row in deputies if row.role == role),
    )


def _chains_of_signatures(people: tuple[User, ...], held: dict[int, tuple[str, ...]]) -> tuple[Chain, ...]:
    applicants = [person for person in people if person.may(Permission.APPLY_REPLENISHMENT)]
    latest = select(Replenishment.created_by_id).order_by(Replenishment.id.desc()).limit(LATEST)
    filed = Counter(db.session.execute(latest).scalars())
    max_filed = max(filed.values(), default=0)
    chains = []
    for roles in rulebook().replenishment.chains():
        blocked = tuple(person for person in applicants if not _passes(held, roles, (person.id,)))
        closed = not _passes(held, roles, ()) or (bool(applicants) and len(blocked) == len(applicants))
        chains.append(
            Chain(
                roles,
                blocked,
                tuple(person for person in blocked if filed[person.id] == max_filed > 0),
                closed,
            )
        )
    return tuple(chains)


def _passes(held: dict[int, tuple[str, ...]], roles: tuple[str, ...], applicants: tuple[int, ...]) -> bool:
    """Return whether a chain can be passed, by who signs in place of a manager too (Q24)."""
    in_place = rulebook().replenishment.in_place
    return can_pass(held, signing_roles(held, roles, in_place, applicants), applicants)
