"""A complaint that is opened again after its close, for goods that arrive later (5.3.5): by the quality
supervisor, of their own accord or because sales asks for it."""

from __future__ import annotations

from cs.procedure.authority import Permission
from cs.procedure.workflow import Step


def reopening_steps(closed: str, reopened: str) -> tuple[Step, ...]:
    """Return the steps: to open it again; to ask for it, which the quality supervisor grants or refuses; and
    the refusal seen by who asked."""
    return (
        Step(
            "reopen",
            "5.3.5",
            (closed,),
            reopened,
            Permission.CLOSE_COMPLAINT,
            when=("reopen_not_requested",),
            reopens=True,
        ),
        Step(
            "request_reopen",
            "5.3.5",
            (closed,),
            None,
            Permission.REPLY_TO_CUSTOMER,
            when=("reopen_not_requested",),
        ),
        Step(
            "grant_reopen",
            "5.3.5",
            (closed,),
            reopened,
            Permission.CLOSE_COMPLAINT,
            when=("reopen_requested",),
            task="decide_reopen",
            primary=True,
            reopens=True,
        ),
        Step(
            "refuse_reopen",
            "5.3.5",
            (closed,),
            None,
            Permission.CLOSE_COMPLAINT,
            when=("reopen_requested",),
            task="decide_reopen",
        ),
        Step(
            "see_reopen_refusal",
            "5.3.5",
            (closed,),
            None,
            Permission.SEE_REFUSAL,
            when=("reopen_refusal_unseen",),
            relation="requested_reopening",
            task="see_reopen_refusal",
            persons="awaited_reopen_requesters",
        ),
    )
