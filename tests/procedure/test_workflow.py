"""The rows of a workflow: what is open to whom from where, and tables that stop the program."""

from __future__ import annotations

import pytest

from cs.procedure import capa, complaints, customers
from cs.procedure.authority import Permission
from cs.procedure.workflow import NotAllowed, NotOpen, Refused, State, Step, Workflow

STATES = (State("open"), State("done", final=True))
MAKE = Step("make", "5.1", (), "open", Permission.READ)
ASK = Step("ask", "5.1", ("open",), None, Permission.READ, when=("asked_for", "in_time"))
FINISH = Step("finish", "5.1", ("open",), "done", Permission.READ)
STEPS = (MAKE, ASK, FINISH)
WORKFLOW = Workflow("thing", STATES, STEPS)


def always(_question: str) -> bool:
    return True


def test_a_step_without_sources_makes_the_record():
    assert [step.creates for step in STEPS] == [True, False, False]
    assert WORKFLOW.creating() == (MAKE,)


def test_steps_and_states_are_found_by_their_names():
    assert WORKFLOW.step("ask") is ASK
    assert WORKFLOW.state("done") == State("done", final=True)


def test_a_step_nobody_wrote_is_an_error():
    with pytest.raises(KeyError, match="dance"):
        WORKFLOW.step("dance")


def test_open_steps_come_in_the_order_of_the_rows():
    assert WORKFLOW.open_from("open", always) == (ASK, FINISH)
    assert WORKFLOW.open_from("done", always) == ()


def test_what_has_ended_is_left_by_a_step_that_reopens_it():
    back = Step("back", "5.1", ("done",), "open", Permission.READ, reopens=True)
    assert Workflow("thing", STATES, (*STEPS, back)).open_from("done", always) == (back,)


@pytest.mark.parametrize("false", ["asked_for", "in_time"])
def test_a_step_is_open_only_when_all_its_conditions_hold(false):
    assert WORKFLOW.open_from("open", lambda question: question != false) == (FINISH,)


def test_only_routes_that_some_step_asks_for_are_offered():
    assert WORKFLOW.routes(("in_time", "elsewhere", "asked_for")) == ("in_time", "asked_for")


def test_refusals_are_of_one_family():
    assert [issubclass(cls, Refused) for cls in (NotAllowed, NotOpen)] == [True, True]


@pytest.mark.parametrize(
    ("states", "steps", "reason"),
    [
        ((*STATES, State("open")), STEPS, r"thing: state given twice: \['open'\]"),
        (STATES, (*STEPS, FINISH), r"thing: step given twice: \['finish'\]"),
        (
            STATES,
            (*STEPS, Step("back", "5.1", ("open",), "done", Permission.READ, reopens=True)),
            r"thing.back: reopens what has not ended",
        ),
        (
            STATES,
            (*STEPS, Step("back", "5.1", ("done",), "open", Permission.READ)),
            r"thing.done: final, but left by a step",
        ),
        (
            STATES,
            (*STEPS, Step("stray", "5.1", ("nowhere",), None, Permission.READ)),
            r"thing.stray: unknown state \['nowhere'\]",
        ),
        (
            STATES,
            (*STEPS, Step("stray", "5.1", ("open",), "nowhere", Permission.READ)),
            r"thing.stray: unknown state \['nowhere'\]",
        ),
        (
            STATES,
            (*STEPS, Step("blank", "5.1", (), None, Permission.READ)),
            "thing.blank: makes a record but leads to no state",
        ),
        (
            STATES,
            (*STEPS, Step("reopen", "5.1", ("done",), "open", Permission.READ)),
            "thing.done: final, but left by a step",
        ),
        (
            STATES,
            (*STEPS, Step("other", "5.1", ("open",), "done", Permission.READ, makes="crate")),
            "thing.other: taken by another record, so it changes nothing",
        ),
        (STATES, (MAKE, ASK), "thing.open: never left, but not final"),
        ((*STATES, State("lost", final=True)), STEPS, "thing.lost: no step leads there"),
        (STATES, (MAKE, ASK, FINISH, Step("stay", "5.1", ("done",), "done", Permission.READ)), None),
        (STATES, (MAKE, ASK, FINISH, Step("note", "5.1", ("done",), None, Permission.READ)), None),
    ],
)
def test_a_wrong_table_stops_the_start_and_says_where(states, steps, reason):
    if reason is None:
        assert Workflow("thing", states, steps).steps == steps
        return
    with pytest.raises(ValueError, match=f"^{reason}$"):
        Workflow("thing", states, steps)


def test_only_states_with_a_task_await_anything():
    note = Step("note", "5.1", ("done",), None, Permission.READ, task="note")
    assert WORKFLOW.awaiting_states == ()
    assert Workflow("thing", STATES, (*STEPS, note)).awaiting_states == ("done",)


def test_a_state_that_is_only_returned_to_itself_is_never_left():
    with pytest.raises(ValueError, match="open: never left"):
        Workflow("thing", (State("open"),), (MAKE, Step("again", "5.1", ("open",), "open", Permission.READ)))


@pytest.mark.parametrize(
    "workflow",
    [complaints.WORKFLOW, capa.WORKFLOW, customers.CUSTOMER, customers.PRODUCT, customers.SHIPMENT],
    ids=lambda one: one.kind,
)
def test_what_is_closed_or_void_takes_no_more_files(workflow):
    ended = {"complaint": {"declined", "closed", "void"}, "capa": {"verified", "void"}}.get(
        workflow.kind, {"void"}
    )
    assert {state.code for state in workflow.states if not workflow.takes_files(state.code)} == ended


def test_a_wrong_file_falls_to_who_may_void_its_record():
    assert [one.voiding for one in (complaints.WORKFLOW, capa.WORKFLOW, customers.SHIPMENT)] == [
        Permission.VOID_COMPLAINT,
        Permission.VOID_CAPA,
        Permission.VOID_MASTER_DATA,
    ]
