"""Measures of a complaint that needs no CAR (5.2.2.5 in short form, Q11): carried out by their owners, their
effect checked before the complaint closes. The reply waits for neither."""

from __future__ import annotations

from cs.procedure.authority import Permission
from cs.procedure.effect_checks import CHECKS
from cs.procedure.workflow import Step


def measure_steps(answered: tuple[str, ...], replied: tuple[str, ...], analysis: str) -> tuple[Step, ...]:
    """Return the steps of the measures from the answer on: carrying out, and the check of the effect once
    the reply is sent, which leads back to the analysis where there is none."""
    return (
        Step(
            "do_measure",
            "5.2.2.5",
            answered,
            None,
            Permission.ANSWER_CAPA,
            when=("measures_open",),
            relation="carries_out_measures",
            task="do_measure",
            due="measure_due_at",
            persons="awaited_measure_owners",
            primary=True,
        ),
        Step(
            "check_effect",
            "5.2.2.5",
            replied,
            None,
            Permission.SETTLE_COMPLAINT,
            when=("effect_unchecked",),
            task="check_effect",
            due="check_due_at",
            relation=CHECKS,
            persons="awaited_checkers",
            queued=True,
            signed="verified",
            primary=True,
        ),
        Step(
            "analyse_again",
            "5.2.2.5",
            replied,
            analysis,
            Permission.SETTLE_COMPLAINT,
            when=("effect_unchecked",),
            task="check_effect",
            due="check_due_at",
            relation=CHECKS,
            persons="awaited_checkers",
            queued=True,
            signed="ineffective",
        ),
    )
