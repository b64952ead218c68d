"""The rows of a CAR: 5-why, fishbone, measures, proofs of effect, rounds that had none."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any, Protocol, TypedDict

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cs.extensions import Model
from cs.models.measures import Measure
from cs.records.types import Moment
from cs.records.users import User

OF_A_ROUND = (
    "due_on",
    "occurrence_cause",
    "escape_cause",
    "system_cause",
    "cause_class",
    "cause_verification",
    "cause_verified_by",
    "documents",
    "read_across",
    "carried_out_on",
)


class Why(Model):
    """One question of a 5-why row 五问法, and its answer."""

    __tablename__ = "capa_whys"
    id: Mapped[int] = mapped_column(primary_key=True)
    capa_id: Mapped[int] = mapped_column(ForeignKey("capas.id"), index=True)
    round: Mapped[int]
    cause_kind: Mapped[str]  # occurrence or escape
    why_no: Mapped[int]
    because: Mapped[str] = mapped_column(Text)
    proven: Mapped[bool | None]  # 7.4-43: it was tried and found true; empty where it was not


class Bone(Model):
    """One cause on the fishbone 鱼骨图, under one of the six M 人机料法环测."""

    __tablename__ = "capa_bones"
    id: Mapped[int] = mapped_column(primary_key=True)
    capa_id: Mapped[int] = mapped_column(ForeignKey("capas.id"), index=True)
    round: Mapped[int]
    cause_class: Mapped[str]
    cause: Mapped[str]
    is_root: Mapped[bool] = mapped_column(default=False)


def whys_of_round(number: int, answers: dict[str, list[str]], proven: dict[str, list[bool]]) -> list[Why]:
    """Return the 5-why rows of a round: for each kind of cause its answers, in their order.

    `proven` says the same way which of them were tried and proved true.
    """
    rows = []
    for kind, texts in answers.items():
        flags = proven.get(kind, [])
        for position, text in enumerate(texts):
            is_proven = position < len(flags) and flags[position]
            rows.append(
                Why(
                    round=number,
                    cause_kind=kind,
                    why_no=position + 1,
                    because=text,
                    proven=is_proven or None,
                )
            )
    return rows


class Action(Measure):
    """One measure of a CAR. That of an owner who has left the department gives to another."""

    __tablename__ = "capa_actions"
    capa_id: Mapped[int] = mapped_column(ForeignKey("capas.id"), index=True)


class Proof(TypedDict):
    """What the quality supervisor shows of the effect: how and over which period it was watched (5.2.2.5)."""

    verification_method: str
    period_from: date
    period_to: date
    verification_data: str


class Verification(Model):
    """The proof of effect of one round: over which period, by which data, with which result."""

    __tablename__ = "capa_verifications"
    id: Mapped[int] = mapped_column(primary_key=True)
    capa_id: Mapped[int] = mapped_column(ForeignKey("capas.id"), index=True)
    round: Mapped[int]
    verification_method: Mapped[str]
    period_from: Mapped[date]
    period_to: Mapped[date]
    verification_data: Mapped[str] = mapped_column(Text)
    effect: Mapped[str]
    verified_at: Mapped[datetime] = mapped_column(Moment)
    verified_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    verified_by: Mapped[User] = relationship(lazy="joined")


class PastRound(Model):
    """Causes and measures of a round that had no effect; those of the running round stand in the record."""

    __tablename__ = "capa_past_rounds"
    id: Mapped[int] = mapped_column(primary_key=True)
    capa_id: Mapped[int] = mapped_column(ForeignKey("capas.id"), index=True)
    round: Mapped[int]
    due_on: Mapped[date]
    occurrence_cause: Mapped[str | None] = mapped_column(Text)
    escape_cause: Mapped[str | None] = mapped_column(Text)
    system_cause: Mapped[str | None] = mapped_column(Text)
    cause_class: Mapped[str | None]
    cause_verification: Mapped[str | None] = mapped_column(Text)
    cause_verified_by: Mapped[str | None]
    documents: Mapped[str | None] = mapped_column(Text)
    read_across: Mapped[str | None] = mapped_column(Text)
    carried_out_on: Mapped[date | None]


class RunningRound(Protocol):
    """The CAR itself, with the rows of all its rounds, as far as a round is read from it."""

    whys: list[Why]
    bones: list[Bone]
    actions: list[Action]


def content_of_round(past_rounds: list[PastRound], number: int, running: RunningRound) -> dict[str, Any]:
    """Return causes and measures of a round with its rows: of a past one, or else of the `running` CAR."""
    source: PastRound | RunningRound = next((row for row in past_rounds if row.round == number), running)
    content = {name: getattr(source, name) for name in OF_A_ROUND}
    content["documents"] = json.loads(content["documents"]) if content["documents"] else []
    for part in ("whys", "bones", "actions"):
        content[part] = [row for row in getattr(running, part) if row.round == number]
    return content


def carriers_of_round(record: Any) -> set[int]:
    """Return the ids of who carried out the actions of a CAR's running round."""
    return {row.owner_id for row in record.actions if row.round == record.round and row.done_on is not None}
