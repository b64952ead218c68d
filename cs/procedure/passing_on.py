"""What another department hears (5.2.1.2): passed on to sales, who registers it or says why not.

What is declined comes back to who passed it on: our own addition.
"""

from __future__ import annotations

from cs.procedure.authority import Permission
from cs.procedure.workflow import Step

PASSING_ON = (
    Step("pass_on", "5.2.1.2", (), "passed_on", Permission.PASS_ON_COMPLAINT),
    Step(
        "register",
        "5.2.1.2",
        ("passed_on",),
        "received",
        Permission.LOG_COMPLAINT,
        task="register",
        due="reply_due_at",
        primary=True,
    ),
    Step(
        "decline",
        "5.2.1.2",
        ("passed_on",),
        "sent_back",
        Permission.LOG_COMPLAINT,
        task="register",
        due="reply_due_at",
    ),
    Step(
        "see_decline",
        "5.2.1.2",
        ("sent_back",),
        "declined",
        Permission.SEE_REFUSAL,
        relation="passed_it_on",
        task="see_decline",
        persons="awaited_passer",
        primary=True,
    ),
    Step(
        "pass_on_again",
        "5.2.1.2",
        ("sent_back",),
        "passed_on",
        Permission.PASS_ON_COMPLAINT,
        relation="passed_it_on",
        task="see_decline",
        persons="awaited_passer",
    ),
)
