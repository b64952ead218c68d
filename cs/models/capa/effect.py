"""The carrying out of a CAR and the proof of its effect (5.2.2.5, 7.4-58): effective, or the next round."""

from __future__ import annotations

from datetime import date, datetime
from typing import Protocol, Unpack

from cs.models.capa.parts import OF_A_ROUND, Action, PastRound, Proof, Verification
from cs.models.holidays import work_calendar
from cs.models.measures import reported_on
from cs.procedure.workflow import NotOpen
from cs.records.procedure import local_day, rulebook
from cs.records.users import User
from cs.records.workflowed import AdvancingRecord


class ProvenCapa(AdvancingRecord, Protocol):
    """What these steps need of a CAR."""

    round: int
    actions: list[Action]
    verifications: list[Verification]
    past_rounds: list[PastRound]
    due_on: date
    carried_out_on: date | None
    verify_on: date | None
    closed_at: datetime | None


def effective_from(capa: ProvenCapa) -> date | None:
    """Return the first day on which this round's measures can be signed as effective; None while one is
    open."""
    reported = reported_on(row for row in capa.actions if row.round == capa.round)
    return rulebook().capa.effective_from(reported) if reported else None


# The steps. Capa names them among its verbs.


def carry_out(capa: ProvenCapa, *, by: User, on: datetime) -> None:
    """End the carrying out: the effect is verified so many days after the last action (7.4-58)."""
    with capa.advancing("carry_out", by, on):
        done_on = max(row.done_on for row in capa.actions if row.round == capa.round and row.done_on)
        capa.carried_out_on = done_on
        capa.verify_on = rulebook().capa.verify_on(done_on, local_day(on), work_calendar())


def verify(capa: ProvenCapa, *, by: User, on: datetime, **proof: Unpack[Proof]) -> None:
    """Close it: the data of a period show that the measures work; signed (5.2.2.5). Raise NotOpen before
    their effect can show (7.4-58)."""
    with capa.advancing("verify", by, on):
        begins = effective_from(capa)
        if begins is not None and local_day(on) < begins:
            raise NotOpen("verify")
        _add_verification(capa, "effective", by, on, proof)
        capa.closed_at = on


def reopen(capa: ProvenCapa, *, due_on: date, by: User, on: datetime, **proof: Unpack[Proof]) -> None:
    """Begin the next round under the same number: the data show no effect (5.2.2.5)."""
    with capa.advancing("reopen", by, on):
        _add_verification(capa, "ineffective", by, on, proof)
        content = {name: getattr(capa, name) for name in OF_A_ROUND}
        capa.past_rounds.append(PastRound(round=capa.round, **content))
        for name in OF_A_ROUND:
            setattr(capa, name, None)
        capa.round += 1
        capa.due_on = due_on
        capa.verify_on = None


def _add_verification(capa: ProvenCapa, effect: str, by: User, on: datetime, proof: Proof) -> None:
    capa.verifications.append(
        Verification(
            round=capa.round, effect=effect, verified_at=on, verified_by=by, verified_by_id=by.id, **proof
        )
    )
