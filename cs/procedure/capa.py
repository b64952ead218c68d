"""Corrective and preventive actions 纠正预防措施 (5.2.2.5, 5.4.6): a CAR from any source to the responsible
department, verified in its effect."""

from __future__ import annotations

from cs.procedure.authority import Permission
from cs.procedure.effect_checks import CHECKS
from cs.procedure.workflow import State, Step, Workflow

STATES = (
    State("issued"),
    State("analysed"),
    State("measures_set"),
    State("carried_out"),
    State("verified", final=True),
    State("void", main=False, final=True),
)

STEPS = (
    Step("issue", "5.2.2.5", (), "issued", Permission.ISSUE_CAPA),
    Step(
        "analyse",
        "5.2.2.5",
        ("issued",),
        "analysed",
        Permission.ANSWER_CAPA,
        relation="is_responsible",
        task="analyse",
        due="due_at",
        department="leading_department",
        primary=True,
    ),
    Step(
        "set_measures",
        "5.2.2.5",
        ("analysed",),
        "measures_set",
        Permission.ANSWER_CAPA,
        relation="is_responsible",
        task="set_measures",
        due="due_at",
        department="department",
        primary=True,
    ),
    Step("send_back", "5.2.2.5", ("analysed", "measures_set"), "issued", Permission.VERIFY_CAPA),
    Step(
        "do_action",
        "5.2.2.5",
        ("measures_set",),
        None,
        Permission.ANSWER_CAPA,
        when=("actions_open",),
        relation="owns_an_action",
        task="do_action",
        due="action_due_at",
        persons="awaited_owners",
        primary=True,
    ),
    Step(
        "reassign",
        "5.2.2.5",
        ("measures_set",),
        None,
        Permission.ANSWER_CAPA,
        when=("actions_open",),
        relation="is_responsible",
        task="reassign",
        due="action_due_at",
        department="department",
        persons="owner_wanted",
    ),
    Step(
        "carry_out", "5.2.2.5", ("measures_set",), "carried_out", Permission.ANSWER_CAPA, when=("all_done",)
    ),
    Step(
        "verify",
        "5.2.2.5",
        ("carried_out",),
        "verified",
        Permission.VERIFY_CAPA,
        task="verify",
        due="verify_due_at",
        relation=CHECKS,
        persons="awaited_checkers",
        queued=True,
        signed="verified",
        primary=True,
    ),
    Step(
        "reopen",
        "5.2.2.5",
        ("carried_out",),
        "issued",
        Permission.VERIFY_CAPA,
        task="verify",
        due="verify_due_at",
        relation=CHECKS,
        persons="awaited_checkers",
        queued=True,
        signed="ineffective",
    ),
    Step("amend", "5.6", ("issued", "analysed", "measures_set"), None, Permission.ISSUE_CAPA, amends=True),
    Step("void", "5.6", ("issued", "analysed", "measures_set", "carried_out"), "void", Permission.VOID_CAPA),
)

WORKFLOW = Workflow("capa", STATES, STEPS)

UNANSWERED = ("issued", "analysed")  # the department's answer is awaited
CARRYING_OUT = ("measures_set",)
TO_VERIFY = ("carried_out",)
UNFINISHED = (*UNANSWERED, *CARRYING_OUT, *TO_VERIFY)

FROM_RETURN = "return"
FROM_COMPLAINT = "complaint"  # the source that names a complaint of ours
WHYS = ("occurrence", "escape")  # one 5-why row of questions each: why it arose, why it got out
MOST_WHYS, FEWEST_ANSWERS = 5, 2
SIX_M = ("man", "machine", "material", "method", "environment", "measurement")
ACTION_KINDS = ("containment", "corrective", "preventive")


def led_by_process(nature: str | None) -> bool:
    """Return whether process engineering leads (3.4, Q18), as it does the analysis of stubborn problems
    顽固性问题; `nature` is that of the complaint."""
    return nature == "chronic"


def system_cause_needed(severity: str | None) -> bool:
    """Return whether the complaint also asks why the system let it happen: a critical or major one
    (7.4-42)."""
    return severity in ("critical", "major")


def why_faults(answers: dict[str, list[str]]) -> tuple[str, ...]:
    """Return the 5-why rows with too few answers: one why alone is a symptom, not a cause."""
    return tuple(kind for kind in WHYS if len(answers.get(kind, ())) < FEWEST_ANSWERS)


def unproven_causes(proven: dict[str, list[bool]]) -> tuple[str, ...]:
    """Return (7.4-43, 46) the 5-why rows whose last answer, the cause, nobody has verified. `proven` says
    so of each answer, in their order."""
    return tuple(kind for kind in WHYS if proven.get(kind) and not proven[kind][-1])


def fishbone_faults(roots: tuple[bool, ...]) -> tuple[str, ...]:
    """Return what a fishbone lacks; `roots` says of each cause on it whether it is a root cause. None at
    all is no fault."""
    return () if not roots or any(roots) else ("root_needed",)


def measure_faults(kinds: tuple[str, ...]) -> tuple[str, ...]:
    """Return what a set of measures lacks: without a corrective action the cause stays (5.2.2.5)."""
    return () if "corrective" in kinds else ("corrective_needed",)
