"""The reply clock of a complaint once it is set (5.2.2.6): what moves it, and the steps of consent.

That a change waits for consent is our own addition: a row of the procedure file (`consent_to_changes`).
"""

from __future__ import annotations

from cs.procedure.authority import Permission
from cs.procedure.workflow import Step

# fields that decide when the reply is due; the days agreed with the customer do so too
CLOCK_FIELDS = ("heard_at", "customer_deadline")


def clock_steps(unfinished: tuple[str, ...], after_a_reply: tuple[str, ...]) -> tuple[Step, ...]:
    """Return the steps of a change of the clock: consent or refusal, signed by somebody who did not ask for
    it, the refusal seen by who did, and the claim that a reply counted as late was sent in time."""
    return (
        Step(
            "claim_sending",
            "5.2.2.6",
            after_a_reply,
            None,
            Permission.REPLY_TO_CUSTOMER,
            when=("sent_late",),
        ),
        Step(
            "consent_clock",
            "5.2.2.6",
            unfinished,
            None,
            Permission.CONSENT_TO_CLOCK,
            when=("clock_change_waits",),
            relation="consents_to_clock",
            task="consent_clock",
            persons="awaited_consenters",
            signed="consented",
        ),
        Step(
            "refuse_clock",
            "5.2.2.6",
            unfinished,
            None,
            Permission.CONSENT_TO_CLOCK,
            when=("clock_change_waits",),
            relation="consents_to_clock",
            task="consent_clock",
            persons="awaited_consenters",
            signed="clock_refused",
        ),
        Step(
            "see_clock_refusal",
            "5.2.2.6",
            unfinished,
            None,
            Permission.SEE_REFUSAL,
            when=("clock_refusal_unseen",),
            relation="requested_clock",
            task="see_clock_refusal",
            persons="awaited_requesters",
        ),
    )
