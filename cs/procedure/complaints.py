"""Customer complaints 客户投诉 (5.2): states, steps, and the rules of the confirmation."""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from cs.procedure.authority import Permission
from cs.procedure.measures import measure_steps
from cs.procedure.meetings import CALLING
from cs.procedure.passing_on import PASSING_ON
from cs.procedure.reopening import reopening_steps
from cs.procedure.reply_clock import clock_steps
from cs.procedure.workflow import State, Step, Workflow

STATES = (
    State("passed_on", main=False),
    State("sent_back", main=False),  # declined, and who passed it on has not taken note yet
    State("declined", main=False, final=True),
    State("received"),
    State("analysing"),
    State("answering"),
    State("awaiting_customer"),
    State("accepted"),
    State("closed", final=True),
    State("void", main=False, final=True),
)

BEFORE_THE_REPLY = ("received", "analysing", "answering")
AFTER_THE_MEETING = (
    "analysing",
    "answering",
    "awaiting_customer",
    "accepted",
)  # a refusal does not stop what was decided
REPLIED = ("awaiting_customer", "accepted")
ANSWERED = ("answering", *REPLIED)
OPEN = (*BEFORE_THE_REPLY, "awaiting_customer", "accepted")
# 5.2.2.5: a corrective action is asked for while quality or the customer has it in hand, not of what is
# closed
WITH_CAPA = AFTER_THE_MEETING
WITH_SAMPLES = (*OPEN, "closed")  # a sample may stay here longer than its complaint
PASSED_ON, DECLINED = "passed_on", "declined"
SENT_BACK = "sent_back"
DECLINED_AT_ALL = (SENT_BACK, DECLINED)
UNANSWERED = (PASSED_ON, *BEFORE_THE_REPLY)  # the customer waits for our reply
UNFINISHED = (PASSED_ON, *OPEN)
NOT_REGISTERED = (PASSED_ON, *DECLINED_AT_ALL)  # heard, but not (yet) a complaint: not in the register
AWAITING, BEFORE_THE_CLOSE, CLOSED = "awaiting_customer", "accepted", "closed"
NOT_COUNTED = ("void", *NOT_REGISTERED)  # in no figure
ENDED_EARLY = (*DECLINED_AT_ALL, "void")  # no reply is owed any more

# the same reply and follow-up on every route; each route has a clause of its own
_REPLY_CLAUSES = (("meeting", "5.2.2.4"), ("not_ours", "5.2.2.2"))
_CLOSE_CLAUSES = (("meeting", "5.2.2.5"), ("not_ours", "5.2.2.2"))  # the meeting's ends with a verified CAPA

STEPS = (
    Step("log", "5.2.1.1", (), "received", Permission.LOG_COMPLAINT),
    *PASSING_ON,
    Step(
        "acknowledge",
        "5.2.1.1",
        (*BEFORE_THE_REPLY, "awaiting_customer"),
        None,
        Permission.REPLY_TO_CUSTOMER,
        when=("not_acknowledged",),
    ),
    Step(
        "receive",
        "5.2.1.3",
        ("received",),
        "analysing",
        Permission.ANALYSE_COMPLAINT,
        task="receive",
        due="reply_due_at",
        primary=True,
    ),
    Step(
        "confirm",
        "5.2.1.3",
        ("analysing",),
        "answering",
        Permission.ANALYSE_COMPLAINT,
        task="confirm",
        due="reply_due_at",
        signed="analysed",
        primary=True,
    ),
    Step(
        "confirm_route",
        "5.2.2.1",
        ("answering",),
        None,
        Permission.SETTLE_COMPLAINT,
        when=("route_unconfirmed",),
        task="confirm_route",
        due="reply_due_at",
        signed="route_confirmed",
        primary=True,
    ),
    Step(
        "send_back",
        "5.2.2.1",
        ("answering",),
        "analysing",
        Permission.SETTLE_COMPLAINT,
        when=("route_unconfirmed",),
        task="confirm_route",
        due="reply_due_at",
    ),
    Step(
        "settle",
        "5.2.2.3",
        ("answering",),
        None,
        Permission.SETTLE_COMPLAINT,
        when=("route_confirmed", "occasional", "answer_missing"),
        task="settle",
        due="reply_due_at",
        primary=True,
    ),
    Step(
        "explain",
        "5.2.2.2",
        ("answering",),
        None,
        Permission.ANALYSE_COMPLAINT,
        when=("route_confirmed", "not_ours", "answer_missing"),
        task="explain",
        due="reply_due_at",
        primary=True,
    ),
    *CALLING,
    Step(
        "meet",
        "5.2.2.4",
        ("answering",),
        None,
        Permission.SETTLE_COMPLAINT,
        when=("route_confirmed", "meeting", "called", "not_met", "answer_missing"),
        task="meet",
        due="reply_due_at",
        primary=True,
    ),
    Step(
        "dispose",
        "5.2.2.4",
        ("answering",),
        None,
        Permission.SETTLE_COMPLAINT,
        when=("meeting", "met", "not_disposed"),
        task="dispose",
        due="reply_due_at",
        primary=True,
    ),
    Step(
        "issue_result",
        "5.2.2.4",
        ("answering",),
        None,
        Permission.SETTLE_COMPLAINT,
        when=("route_confirmed", "meeting", "disposed", "answer_missing"),
        task="issue_result",
        due="reply_due_at",
        primary=True,
    ),
    Step(
        "countersign",
        "5.2.2.4",
        AFTER_THE_MEETING,
        None,
        Permission.COUNTERSIGN,
        when=("countersigning",),
        relation="countersigns",
        task="countersign",
        due="reply_due_at",
        persons="awaited_countersigners",
        signed="countersigned",
        primary=True,
    ),
    Step(
        "plan",
        "5.2.2.4",
        AFTER_THE_MEETING,
        None,
        Permission.PLAN_GOODS,
        when=("plan_wanted",),
        task="plan",
        primary=True,
    ),
    Step(
        "do_disposition",
        "5.2.2.4",
        AFTER_THE_MEETING,
        None,
        Permission.CARRY_OUT_DISPOSITION,
        when=("dispositions_open",),
        relation="disposes",
        task="do_disposition",
        due="disposition_due_at",
        persons="awaited_disposers",
        primary=True,
    ),
    Step(
        "issue_capa",
        "5.2.2.5",
        WITH_CAPA,
        None,
        Permission.SETTLE_COMPLAINT,
        when=("capa_wanted",),
        task="issue_capa",
        makes="capa",
    ),
    Step(
        "send_reply",
        "5.2.2.3",
        ("answering",),
        "awaiting_customer",
        Permission.REPLY_TO_CUSTOMER,
        when=("answer_ready",),
        task="send_reply",
        due="reply_due_at",
        primary=True,
        route_clauses=_REPLY_CLAUSES,
    ),
    Step(
        "reply_directly",
        "5.2.2.2",
        ("answering",),
        "awaiting_customer",
        Permission.ANALYSE_COMPLAINT,
        when=("not_ours", "answer_ready"),
    ),
    Step(
        "accept",
        "5.2.2.3",
        ("awaiting_customer",),
        "accepted",
        Permission.REPLY_TO_CUSTOMER,
        task="follow_up",
        due="follow_up_due_at",
        primary=True,
        route_clauses=_REPLY_CLAUSES,
    ),
    Step(
        "refuse",
        "5.2.2.3",
        ("awaiting_customer",),
        "analysing",
        Permission.REPLY_TO_CUSTOMER,
        task="follow_up",
        due="follow_up_due_at",
        route_clauses=_REPLY_CLAUSES,
    ),
    Step(
        "no_answer",
        "5.2.2.3",
        ("awaiting_customer",),
        "accepted",
        Permission.REPLY_TO_CUSTOMER,
        when=("customer_silent",),
        task="follow_up",
        due="follow_up_due_at",
        route_clauses=_REPLY_CLAUSES,
    ),
    *measure_steps(ANSWERED, REPLIED, "analysing"),
    Step(
        "close",
        "5.2.2.3",
        ("accepted",),
        "closed",
        Permission.CLOSE_COMPLAINT,
        when=("nothing_open",),
        task="close",
        signed="closed",
        primary=True,
        route_clauses=_CLOSE_CLAUSES,
    ),
    # goods that arrive after the close: the complaint is open again until its second close
    *reopening_steps(CLOSED, BEFORE_THE_CLOSE),
    *clock_steps(UNFINISHED, AFTER_THE_MEETING),
    Step("contact", "5.2.1.3", (*BEFORE_THE_REPLY, "awaiting_customer"), None, Permission.CONTACT_CUSTOMER),
    Step("request_sample", "5.2.1.3", BEFORE_THE_REPLY, None, Permission.ANALYSE_COMPLAINT),
    Step(
        "receive_sample",
        "5.2.1.3",
        OPEN,
        None,
        Permission.RECEIVE_SAMPLE,
        when=("sample_awaited",),
        task="receive_sample",
        due="sample_due_at",
    ),
    Step("move_sample", "5.2.1.3", WITH_SAMPLES, None, Permission.ANALYSE_COMPLAINT, when=("sample_here",)),
    Step("end_sample", "5.2.1.3", WITH_SAMPLES, None, Permission.ANALYSE_COMPLAINT, when=("sample_kept",)),
    Step("amend", "5.6", BEFORE_THE_REPLY, None, Permission.LOG_COMPLAINT, amends=True),
    Step("void", "5.6", UNFINISHED, "void", Permission.VOID_COMPLAINT),
)

WORKFLOW = Workflow("complaint", STATES, STEPS)


def state_of_old_line(*, closed: bool, replied: bool, response: str | None) -> str:
    """Return where a complaint out of an old register stands (5.6): the state that its columns show, and
    from which it goes on as any other.

    A day or a word of closing: closed. No reply yet, or one that the customer refused: received, and quality
    takes it in hand (5.2.1.3). Replied: sales follows up (5.2.2.3); once the customer accepted, or stayed
    silent, quality closes it (Q12).
    """
    if closed:
        return CLOSED
    if not replied or response == "refused":
        return "received"
    return BEFORE_THE_CLOSE if response in ("accepted", "no_answer") else AWAITING


PLACES = (
    "affected",
    "customer",
    "in_transit",
    "finished",
    "wip",
    "raw",
)  # 发生品、客户处、在途、成品库存、在制品、原材料


def meeting_departments(responsible: str) -> tuple[str, ...]:
    """Return whose heads must be at the meeting and countersign it (5.2.2.4):
    通知业务部、工程部及责任部门负责人."""
    return tuple(dict.fromkeys(("sales", "engineering", responsible)))


def disposition_faults(found: dict[str, int], decided: dict[str, int]) -> tuple[tuple[str, int, int], ...]:
    """Return the places where the pieces decided on are not the pieces found: (place, found, decided).
    Empty when it adds up."""
    return tuple(
        (place, found.get(place, 0), decided.get(place, 0))
        for place in PLACES
        if found.get(place, 0) != decided.get(place, 0)
    )


def defect_rate(defective: int | None, checked: int | None) -> Decimal | None:
    """Return the defective pieces of those checked, in per cent with two decimals; None while either is
    unknown or nothing was checked."""
    if defective is None or not checked:
        return None
    return (Decimal(defective * 100) / checked).quantize(Decimal("0.01"), ROUND_HALF_UP)


def replied_in_time(replied_at: datetime | None, due_at: datetime) -> bool | None:
    """Return whether a reply kept its due time (5.2.2.6), which it does at the very moment too; None before
    any reply."""
    return None if replied_at is None else replied_at <= due_at
