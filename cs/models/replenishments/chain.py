"""The chain of signatures of a replenishment (5.3.4, Q24): who has signed, who may sign now and for whom."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from cs.extensions import db
from cs.models.deputies import Deputy
from cs.procedure import replenishments as procedure
from cs.procedure.authority import Actor
from cs.records.departments import Membership
from cs.records.procedure import rulebook
from cs.records.signatures import RequiredSignature
from cs.records.users import User

NOT_NEEDED = "not_needed"


@dataclass(frozen=True)
class ApprovalChain:
    """The signatures that an application needs.

    `approvals` are those of all its chains: a change voids what is signed and begins the next; `number` is
    the current one. `applicants` are who filed the application and who has changed it since: they do not
    sign. `is_open`: signatures are awaited.
    """

    approvals: list[RequiredSignature]
    number: int
    applicants: tuple[int | None, ...]
    is_open: bool

    @property
    def running(self) -> list[RequiredSignature]:
        """Return the signatures of the current chain that are needed, by turn."""
        needed = [signature for signature in self._current if signature.signature_decision != NOT_NEEDED]
        return sorted(needed, key=lambda signature: (signature.turn, signature.id or 0))

    @property
    def no_longer_needed(self) -> list[RequiredSignature]:
        """Return what the current chain asked for and does not need any more (Q23)."""
        return [signature for signature in self._current if signature.signature_decision == NOT_NEEDED]

    @property
    def _current(self) -> list[RequiredSignature]:
        return [signature for signature in self.approvals if signature.chain == self.number]

    @property
    def given(self) -> list[RequiredSignature]:
        return [signature for signature in self.running if signature.signature_decision == "signed"]

    @property
    def refusals(self) -> list[RequiredSignature]:
        return [signature for signature in self.running if signature.signature_decision == "refused"]

    @property
    def needed_roles(self) -> list[str]:
        return [signature.needed_role for signature in self.running]

    @property
    def given_roles(self) -> list[str]:
        return [signature.needed_role for signature in self.given]

    @property
    def signers(self) -> list[int]:
        """Return who has signed, and for whom their deputies did."""
        people = [person for signature in self.given for person in (signature.user_id, signature.for_id)]
        return [person for person in people if person]

    # Who may sign

    @property
    def open_roles(self) -> tuple[str, ...]:
        """Return the roles whose signature can be given now; none when nothing is to be signed."""
        return procedure.open_roles(self.needed_roles, self.given_roles) if self.is_open else ()

    def role_of(self, roles: Iterable[str], person: int) -> str | None:
        """Return under which of these roles a person may sign now; None when they may not."""
        return procedure.signing_role(
            roles,
            person,
            applicants=self.applicants,
            needed=self.needed_roles,
            given=self.given_roles,
            signed=set(self.signers),
        )

    def signing(self, person: Actor, on: datetime) -> tuple[str | None, User | None]:
        """Return the role under which a person may sign now, and the manager if they do so as a deputy.

        As a deputy signs who could sign themselves, for a manager who could.
        """
        if not self.is_open:
            return None, None
        own_role = self.role_of(person.roles, person.id)
        if own_role is not None:
            return own_role, None
        for deputy in Deputy.acting_for(person, on):
            if self.role_of([deputy.role], deputy.manager_id) and self.role_of([deputy.role], person.id):
                return deputy.role, deputy.manager
        return None, None

    def awaited_signers(self) -> list[int | None]:
        """Return who may sign now. Where nobody can, [None]: all approvers see it, so that it is noticed."""
        query = select(User).join(Membership).where(User.active, Membership.role.in_(self.open_roles))
        able = {
            person.id
            for person in db.session.execute(query).unique().scalars()
            if self.role_of(person.roles, person.id)
        }
        return [*sorted(able)] or [None]

    def is_barred(self, person: User) -> bool:
        """Return whether a person could sign now if the application were not their own."""
        awaited = {*self.open_roles, *(self.replaced_roles if self.is_open else ())}
        return person.id in self.applicants and not awaited.isdisjoint(person.roles)

    @property
    def nobody_can_sign(self) -> bool:
        """Return whether signatures are awaited that no active person can give."""
        return self.is_open and self.awaited_signers() == [None]

    def can_be_completed(self, held: Mapping[int, Collection[str]]) -> bool:
        """Return whether these people ({person: their roles}) can give all signatures that are missing."""
        return procedure.can_pass(
            held, self.needed_roles, self.applicants, self.given_roles, set(self.signers)
        )

    def signing_roles(self, needed: tuple[str, ...]) -> tuple[str, ...]:
        """Return the roles that sign where the sum asks for `needed`: instead of a manager whose signature
        nobody could give, who signs in their place by the procedure file (Q24)."""
        query = select(User).join(Membership).where(User.active, Membership.role.in_(procedure.APPROVERS))
        held = {person.id: person.roles for person in db.session.execute(query).unique().scalars()}
        return procedure.signing_roles(
            held,
            needed,
            rulebook().replenishment.in_place,
            self.applicants,
            self.given_roles,
            self.signers,
        )

    @property
    def replaced_roles(self) -> list[str]:
        """Return the managers in whose place somebody else signs: both are needed by any sum."""
        return [role for role in procedure.FIRST if self.running and role not in self.needed_roles]

    # What has been signed

    @property
    def is_complete(self) -> bool:
        return bool(self.running) and len(self.given) == len(self.running)

    @property
    def is_sound(self) -> bool:
        """Return whether it is complete, nobody signed twice and no applicant signed (Q24)."""
        distinct = set(self.signers)
        return self.is_complete and len(distinct) == len(self.signers) and not distinct & set(self.applicants)

    def role_decided_by(self, person: int) -> str | None:
        """Return the role under which a person has signed or refused."""
        return next((row.needed_role for row in self.running if row.user_id == person), None)

    # Changes

    def require(self, kind: str, roles: Collection[str]) -> None:
        """Ask for the signatures of these roles, and no longer for others that are not given yet (Q23)."""
        withdrawn = {signature.needed_role: signature for signature in self.no_longer_needed}
        for role in self.surplus_roles(roles):
            next(row for row in self.running if row.needed_role == role).signature_decision = NOT_NEEDED
        for role in self.missing_roles(roles):
            if role in withdrawn:
                withdrawn[role].signature_decision = None
                continue
            turn = 1 if role in procedure.FIRST else 2
            self.approvals.append(
                RequiredSignature(kind=kind, chain=self.number, needed_role=role, turn=turn)
            )

    def missing_roles(self, roles: Iterable[str]) -> list[str]:
        """Return those of the roles that the chain does not ask for."""
        return [role for role in roles if role not in self.needed_roles]

    def surplus_roles(self, roles: Collection[str]) -> list[str]:
        """Return the roles that the chain asks for beyond these, and that have not decided yet."""
        return [row.needed_role for row in self.running if row.is_open and row.needed_role not in roles]

    def void(self) -> None:
        """Void its signatures: what they were given for has changed. A refusal stays what it is."""
        for signature in self.running:
            if signature.signature_decision != "refused":
                signature.void()

    def unnoticed(self) -> list[RequiredSignature]:
        """Return the voided signatures whose givers have not taken note of it yet."""
        return [row for row in self.approvals if row.signature_decision == "voided" and row.told_at is None]

    def unaware_signers(self) -> list[int]:
        """Return the people, still active, who have not taken note that a change voided their signature."""
        signers = [row.user for row in self.unnoticed()]
        return sorted({signer.id for signer in signers if signer is not None and signer.active})

    def take_note(self, person: int, on: datetime) -> None:
        """Record that a person knows that a change has voided their signatures."""
        for signature in self.unnoticed():
            if signature.user_id == person:
                signature.told_at = on
