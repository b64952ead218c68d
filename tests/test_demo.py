"""The demo's year: the same for the same day, all ways through the procedure, and such that a factory would
believe it."""

from __future__ import annotations

import shutil
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from cs import create_app
from cs.cli.setup import set_up
from cs.demo import beginning_of_year, build, stories
from cs.demo.market import MODELS
from cs.extensions import db
from cs.models.capa.capa import Capa
from cs.models.complaints.complaint import Complaint
from cs.models.complaints.meeting import Disposition
from cs.models.complaints.reply import Reply
from cs.models.complaints.samples import Sample
from cs.models.customers import Contact, Customer, Product, Shipment
from cs.models.holidays import work_calendar
from cs.models.replenishments.application import Replenishment
from cs.models.returns.customer_return import Return
from cs.models.returns.lines import Booking, ReturnLine
from cs.models.returns.queries import returns_of_complaint
from cs.procedure.authority import Permission
from cs.queries.my_work import verify_tasks, work_counts
from cs.records.attachments import Attachment
from cs.records.events import Event, site_head
from cs.records.personal_tasks import rebuild_tasks
from cs.records.procedure import local_day, rulebook, zone
from cs.records.signatures import RequiredSignature
from cs.records.tasks import Task
from cs.records.users import User
from tests import support
from tests.support import Browser
from tests.tables import ROLES

TODAY = date(2026, 11, 20)  # a Friday

PROBLEMS = Path(stories.__file__).with_name("problems.toml")

# What the demo must show, by hand: each cell at least FEW times (the line "Demo").
FEW = 3
CELLS = {  # route (5.2.2.2, 5.2.2.3, 5.2.2.4) × the states in which it is known
    ("not_ours", "answering"),
    ("not_ours", "awaiting_customer"),
    ("not_ours", "accepted"),
    ("not_ours", "closed"),
    ("occasional", "answering"),
    ("occasional", "awaiting_customer"),
    ("occasional", "accepted"),
    ("occasional", "closed"),
    ("meeting", "answering"),
    ("meeting", "awaiting_customer"),
    ("meeting", "accepted"),
    ("meeting", "closed"),
    (None, "passed_on"),
    (None, "sent_back"),
    (None, "declined"),
    (None, "received"),
    (None, "analysing"),
    (None, "void"),
}
COMPLAINT_STEPS = {
    "log",
    "pass_on",
    "register",
    "decline",
    "see_decline",
    "pass_on_again",
    "acknowledge",
    "consent_clock",
    "refuse_clock",
    "see_clock_refusal",
    "claim_sending",
    "receive",
    "confirm",
    "confirm_route",
    "send_back",
    "settle",
    "explain",
    "do_measure",
    "check_effect",
    "analyse_again",
    "call_meeting",
    "move_meeting",
    "acknowledge_call",
    "meet",
    "dispose",
    "issue_result",
    "countersign",
    "plan",
    "do_disposition",
    "send_reply",
    "reply_directly",
    "accept",
    "refuse",
    "no_answer",
    "reopen",
    "request_reopen",
    "grant_reopen",
    "refuse_reopen",
    "see_reopen_refusal",
    "close",
    "contact",
    "request_sample",
    "receive_sample",
    "move_sample",
    "end_sample",
    "amend",
    "void",
}
CAPA_STEPS = {
    "issue",
    "analyse",
    "set_measures",
    "send_back",
    "do_action",
    "reassign",
    "carry_out",
    "verify",
    "reopen",
    "amend",
    "void",
}
CAPA_STATES = {"issued", "analysed", "measures_set", "carried_out", "verified", "void"}
AWAITED = {
    "register",
    "receive",
    "confirm",
    "confirm_route",
    "settle",
    "send_reply",
    "follow_up",
    "close",
    "countersign",
    "plan",
    "do_disposition",
    "issue_capa",
    "see_decline",
    "call_meeting",
    "acknowledge_call",
    "do_measure",
    "check_effect",
    "receive_sample",
    "analyse",
    "set_measures",
    "do_action",
    "verify",
}
# "pending" is no end of an analysis: the confirmation refuses it.
VALUES = {
    "liability": {"ours", "supplier", "customer", "carrier", "ntf"},
    "severity": {"critical", "major", "minor"},
    "nature": {"sporadic", "batch", "chronic"},
    "finding": {"confirmed", "not_confirmed", "ntf"},
    "found_at": {"incoming", "line", "field", "customer_warehouse"},
    "channel": {"phone", "email", "letter", "visit", "chat", "return"},
    "oral_written": {"oral", "written"},
    "defect_category": {
        "APP",
        "DIM",
        "FUN",
        "REL",
        "PKG",
        "SOL",
        "ASM",
        "LBL",
        "SW",
        "QTY",
        "ENV",
        "DOC",
        "DEL",
        "SRV",
    },
}
DEMANDS = {"report_8d", "replenishment", "rework", "return", "exchange", "deduction", "on_site"}
PLACES = {"affected", "customer", "in_transit", "finished", "wip", "raw"}
DISPOSITIONS = {
    "rework",
    "repair",
    "sort",
    "concession",
    "regrade",
    "scrap",
    "return_to_supplier",
    "replace",
    "credit",
    "return_as_is",
}

RETURN_STATES = {
    "at_gate",
    "registered",
    "offering",
    "not_taken",
    "arranging",
    "expected",
    "handling",
    "given_back",
    "confirmed",
    "closed",
    "void",
}
RETURN_STEPS = {
    "register",
    "receive_at_gate",
    "take_over",
    "accept",
    "accept_here",
    "decline",
    "leave_there",
    "send_as_is",
    "serve_paid",
    "serve_paid_here",
    "dispute",
    "arrange",
    "count",
    "all_counted",
    "recount",
    "settle_difference",
    "inspect",
    "instruct",
    "plan_rework",
    "rework",
    "reinspect",
    "give_back",
    "confirm",
    "close",
    "judge_effect",
    "decline_goods",
    "amend",
    "void",
}
RETURN_AWAITED = {
    "apply_for_goods",
    "take_over",
    "judge",
    "offer",
    "arrange",
    "count",
    "settle_difference",
    "inspect",
    "instruct",
    "plan_rework",
    "rework",
    "reinspect",
    "give_back",
    "confirm",
    "judge_effect",
    "close",
}
BOOKINGS = {"counted", "accepted", "ntf", "as_is", "rework", "scrapped", "reworked", "passed", "failed"}
REPLENISHMENT_STATES = {
    "filed",
    "turned_down",
    "rejected",
    "ordered",
    "scheduled",
    "made",
    "dispatched",
    "void",
}
REPLENISHMENT_STEPS = {
    "file",
    "sign",
    "refuse",
    "file_again",
    "accept_refusal",
    "see_change",
    "order",
    "change",
    "schedule",
    "reschedule",
    "make",
    "ship",
    "void",
}
WAITS_FOR = {  # whose work 5.3 gives what
    "sales_clerk": {"take_over", "offer", "settle_difference", "confirm", "apply_for_goods", "see_refusal"},
    "sales_manager": {"sign", "see_change"},
    "quality_inspector": {"judge", "inspect", "reinspect"},
    "quality_supervisor": {"close"},
    "planner": {"arrange", "plan_rework", "schedule"},
    "warehouse_keeper": {"count", "give_back", "ship"},
    "process_engineer": {"instruct", "judge_effect"},
    "production_operator": {"rework", "make"},
    "production_manager": {"sign"},
    "general_manager": {"sign"},
}

pytestmark = pytest.mark.slow


def make(today: date = TODAY) -> Flask:
    app = create_app({"CS_DATA": support.scratch(), "DATABASE_URL": "", "CS_PASSWORD_COST": 1})
    with app.app_context():
        set_up(beginning_of_year(today))
        build(today)
        db.session.commit()
    return app


def away(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()
    shutil.rmtree(app.config["CS_DATA"])


@pytest.fixture(scope="module")
def demo() -> Iterator[Flask]:
    app = make()
    yield app
    away(app)


@pytest.fixture
def inside(demo: Flask) -> Iterator[None]:
    with demo.app_context():
        yield


def every(cls: type[Any]) -> list[Any]:
    return list(db.session.execute(select(cls)).scalars())


def day(moment: datetime) -> date:
    return local_day(moment)


def now(today: date = TODAY) -> datetime:
    return datetime.combine(today, time(16), zone())


def registered() -> list[Complaint]:
    """The complaints in the register that are not void."""
    return [one for one in every(Complaint) if one.state not in ("passed_on", "declined", "void")]


def taken(kind: str) -> Counter[str]:
    return Counter(db.session.execute(select(Event.name).where(Event.kind == kind)).scalars())


def fewer(found: Counter[Any], wanted: Iterable[Any], most: int = FEW) -> list[Any]:
    """What does not occur so often."""
    return [one for one in wanted if found[one] < most]


def rare(today: date = TODAY) -> dict[str, list[Any]]:
    """What of the tables above the demo at hand shows too seldom."""
    complaints, capas, replies = every(Complaint), every(Capa), every(Reply)
    counted = {
        field: fewer(Counter(getattr(one, field) for one in complaints), values)
        for field, values in VALUES.items()
    }
    counted |= {
        "cells": fewer(Counter((one.route, one.state) for one in complaints), CELLS),
        "steps": fewer(taken("complaint"), COMPLAINT_STEPS),
        "capa steps": fewer(taken("capa"), CAPA_STEPS),
        "capa states": fewer(Counter(one.state for one in capas), CAPA_STATES),
        "awaited": fewer(Counter(task.name for task in every(Task)), AWAITED),
        "answers": fewer(Counter(reply.response for reply in replies), ("accepted", "refused", "no_answer")),
        "rounds": fewer(Counter(reply.number for reply in replies), (1, 2, 3)),
        "capa rounds": fewer(Counter(one.round for one in capas), (1, 2)),
        "capa sources": fewer(Counter(one.source for one in capas), ("complaint", "internal", "visit")),
        "demands": fewer(Counter(word for one in complaints for word in one.demands), DEMANDS),
        "places": fewer(Counter(row.place for row in every(Disposition)), PLACES),
        "dispositions": fewer(Counter(row.disposition for row in every(Disposition)), DISPOSITIONS, 1),
        "samples": fewer(
            Counter(row.sample_end for row in every(Sample)), ("given_back", "scrapped", "never_came")
        ),
        "samples here": fewer(
            Counter((row.is_here, row.is_awaited) for row in every(Sample)), ((True, False), (False, True))
        ),
        "goods": fewer(
            Counter(
                (row.done_on is not None, row.planned_on < (row.done_on or today))
                for row in every(Disposition)
            ),
            product((True, False), repeat=2),
        ),
        "third round": fewer(Counter(one.round for one in capas), (3,), 1),
    }
    return {what: missing for what, missing in (counted | rare_goods(today)).items() if missing}


def rare_goods(today: date) -> dict[str, list[Any]]:
    returns, replenishments, lines, tasks = (
        every(Return),
        every(Replenishment),
        every(ReturnLine),
        every(Task),
    )
    signatures = Counter(
        "for a manager" if one.for_id else one.signature_decision for one in every(RequiredSignature)
    )
    return {
        "returns": fewer(Counter(one.state for one in returns), RETURN_STATES),
        "steps of returns": fewer(taken("return"), RETURN_STEPS),
        "returns awaited": fewer(
            Counter(task.name for task in tasks if task.kind == "return"), RETURN_AWAITED
        ),
        "ways in": fewer(
            Counter(
                (gate(one), one.complaint.registered_at >= one.registered_at)
                for one in returns
                if one.complaint
            ),
            product((True, False), repeat=2),
        ),
        "bookings": fewer(Counter(one.booking for one in every(Booking)), BOOKINGS),
        "differences": fewer(
            Counter(line.difference_at is not None for line in lines if line.tally.difference), (True, False)
        ),
        "kept apart": fewer(Counter(one.outcome for one in returns), ("left_there", "as_is", "paid_service")),
        "replenishments": fewer(Counter(one.state for one in replenishments), REPLENISHMENT_STATES),
        "steps of replenishments": fewer(taken("replenishment"), {*REPLENISHMENT_STEPS, "limit_reached"}),
        "amounts": fewer(Counter(size(one.amount) for one in replenishments), ("below", "above"))
        + fewer(Counter(size(one.amount) for one in replenishments), ("a fen below", "the limit"), 1),
        "signatures": fewer(signatures, ("signed", "refused", "voided", "for a manager")),
        "from": fewer(Counter(one.return_id is not None for one in replenishments), (True, False)),
        "whose turn": fewer(
            Counter(
                (role, task)
                for role, names in WAITS_FOR.items()
                for task in waiting_for(role)
                if task in names
            ),
            ((role, task) for role, names in WAITS_FOR.items() for task in names),
        ),
    }


def gate(one: Return) -> bool:
    """It came in at the gate: it was here before anybody judged or fetched it."""
    return one.latest_events(None)[-1].name == "receive_at_gate"


def size(amount: Decimal) -> str:
    return {Decimal("999.99"): "a fen below", Decimal(1000): "the limit"}.get(
        amount, "below" if amount < 1000 else "above"
    )


def waiting_for(role: str) -> list[str]:
    """What of 5.3 stands in the My work of the account of that role."""
    person = User.by_username(role)
    return [
        task.name
        for task in every(Task)
        if task.kind in ("return", "replenishment")
        and person.may(Permission(task.permission))
        and task.user_id in (None, person.id)
    ]


def test_the_same_day_gives_the_same_year(demo: Flask) -> None:
    heads = []
    again = make()
    for app in (demo, again):
        with app.app_context():
            heads.append((site_head().seq, site_head().hash))
    away(again)
    assert heads[0] == heads[1]


def test_flask_verify_finds_no_fault_in_it(demo: Flask) -> None:
    result = demo.test_cli_runner().invoke(args=["verify"])
    assert result.exit_code == 0, result.output


def test_it_has_sixty_customers_and_a_year_of_goods_and_complaints(inside: None) -> None:
    found = {
        cls.__name__: db.session.execute(select(func.count()).select_from(cls)).scalar_one()
        for cls in (Customer, Product, Shipment, Complaint)
    }
    assert found["Customer"] == 60
    assert found["Product"] == 26
    assert 800 <= found["Shipment"] <= 1100
    assert 300 <= len(registered()) <= 320
    assert {complaint.customer_id for complaint in every(Complaint)} >= {
        customer.id for customer in every(Customer)
    }


def test_every_path_state_step_and_round_occurs_in_it_three_times(inside: None) -> None:
    assert rare() == {}


def test_the_tables_by_hand_are_whole() -> None:
    assert {state.code for state in Complaint.workflow.states} == {state for _route, state in CELLS}
    assert {step.name for step in Complaint.workflow.steps if not step.makes} == COMPLAINT_STEPS
    assert ({step.name for step in Capa.workflow.steps}, {state.code for state in Capa.workflow.states}) == (
        CAPA_STEPS,
        CAPA_STATES,
    )
    assert (
        {step.name for step in Return.workflow.steps if not step.makes},
        {state.code for state in Return.workflow.states},
    ) == (RETURN_STEPS, RETURN_STATES)
    assert {step.task for step in Return.workflow.steps if step.task} == RETURN_AWAITED
    assert (
        {step.name for step in Replenishment.workflow.steps},
        {state.code for state in Replenishment.workflow.states},
    ) == (REPLENISHMENT_STEPS, REPLENISHMENT_STATES)
    assert {name for names in WAITS_FOR.values() for name in names} == RETURN_AWAITED | {
        step.task for step in Replenishment.workflow.steps if step.task
    }


def test_more_is_complained_of_before_the_spring_feast_and_in_summer(inside: None) -> None:
    months = Counter(day(complaint.heard_at).month for complaint in registered())
    assert months[12] + months[1] > 1.5 * (months[3] + months[4])
    assert months[7] + months[8] > 1.5 * (months[3] + months[4])


def test_few_defects_make_most_of_the_complaints(inside: None) -> None:
    ours = [complaint for complaint in registered() if complaint.counts_in_kpi]
    head = Counter(complaint.defect_category for complaint in ours).most_common(4)
    assert head[0][0] == "FUN"
    assert head[0][1] >= 0.3 * len(ours)
    assert 0.6 <= sum(count for _category, count in head) / len(ours) <= 0.9


def test_about_nine_of_ten_replies_are_sent_in_time(inside: None) -> None:
    due = [one for one in registered() if one.replied_at or (one.first_due_at or now()) < now()]
    in_time = [
        one for one in due if one.replied_at and one.first_due_at and one.replied_at <= one.first_due_at
    ]
    assert 0.88 <= len(in_time) / len(due) <= 0.95


def test_open_complaints_are_of_all_ages(inside: None) -> None:
    ages = [(TODAY - day(one.heard_at)).days for one in registered() if one.state != "closed"]
    assert (
        min(sum(age <= 7 for age in ages), sum(8 <= age <= 30 for age in ages), sum(age > 30 for age in ages))
        >= FEW
    )


def test_a_problem_comes_to_light_with_goods_that_can_have_it(inside: None) -> None:
    fitting = {
        (problem["defect"], family)
        for table in ("problem", "elsewhere")
        for problem in tomllib.loads(PROBLEMS.read_text("utf-8"))[table]
        for family in problem["on"]
    }
    families = {row.split("|")[0]: row.split("|")[1] for row in MODELS.strip().splitlines()}
    assert [
        one.number
        for one in every(Complaint)
        if one.defect_code
        and one.product
        and (f"{one.defect_category}.{one.defect_code}", families[one.product.model]) not in fitting
    ] == []


def test_no_customer_tells_the_same_twice_and_no_two_people_share_a_name_or_a_number(inside: None) -> None:
    told = Counter((one.customer_id, one.description) for one in every(Complaint))
    assert [one for one, count in told.items() if count > 1] == []
    for column in (Contact.name, Contact.phone):
        words = list(db.session.execute(select(column)).scalars())
        assert len(set(words)) == len(words)


@pytest.mark.parametrize(
    "today",
    [date(2026, 11, 22), date(2026, 10, 1), date(2026, 2, 17), date(2025, 12, 31)],
    ids=["a Sunday", "in the national week", "on the spring feast", "at the year's end"],
)
def test_it_is_as_rich_whatever_the_day(today: date) -> None:
    app = make(today)
    try:
        with app.app_context():
            assert rare(today) == {}
            assert len(registered()) >= 300
            assert list(verify_tasks(now(today))) == []
    finally:
        away(app)


def test_the_rules_are_broken_as_often_as_people_break_them(inside: None) -> None:
    complaints, replies = every(Complaint), every(Reply)
    for few in (
        sum(reply.in_time is False for reply in replies),
        sum(not reply.recorded_same_day for reply in replies),
        sum(reply.number > 1 for reply in replies),
        sum(complaint.unknown_reason is not None for complaint in complaints),
        sum(complaint.route_reason is not None for complaint in complaints),
    ):
        assert 3 <= few <= 35


def test_it_happens_in_order_and_in_working_hours(inside: None) -> None:
    calendar = work_calendar()
    moments = list(
        db.session.execute(
            select(Event.at).where(Event.kind != "department").order_by(Event.site_seq)
        ).scalars()
    )
    assert moments == sorted(moments)
    assert [
        moment
        for moment in moments
        if calendar.working_hours_between(moment - timedelta(seconds=1), moment + timedelta(seconds=1))
        == timedelta()
    ] == []
    assert now() - timedelta(days=370) < moments[0] < moments[-1] <= now()


def test_its_tasks_are_those_that_a_rebuild_writes(inside: None) -> None:
    def tasks() -> list[tuple[Any, ...]]:
        columns = [
            getattr(Task, name)
            for name in (
                "kind",
                "record_id",
                "name",
                "step",
                "permission",
                "due_at",
                "title",
                "subject",
                "taken_by_id",
            )
        ]
        return sorted((tuple(row) for row in db.session.execute(select(*columns))), key=str)

    before = tasks()
    rebuild_tasks(now())
    assert tasks() == before
    db.session.rollback()


@pytest.mark.parametrize("role", ["sales_clerk", "quality_inspector", "quality_supervisor"])
def test_who_must_act_has_work_overdue_taken_and_free(inside: None, role: str) -> None:
    counts = work_counts(User.by_username(role), now())
    assert min(counts["late"], counts["mine"], counts["open"]) >= 1
    assert counts["late"] < counts["all"]


def test_some_replies_are_due_today(inside: None) -> None:
    due = Counter(task.name for task in every(Task) if task.due_at and day(task.due_at) == TODAY)
    assert set(due) >= {"register", "receive", "confirm", "settle", "explain", "send_reply"}


def test_the_numbers_of_a_complaint_can_be_true(inside: None) -> None:
    wrong = [
        one.number
        for one in every(Complaint)
        if (one.defect_qty or 0) > (one.checked_qty or one.defect_qty or 0)
        or (one.checked_qty or 0) > (one.shipped_qty or one.checked_qty or 0)
        or (one.shipped_on and one.shipped_on > day(one.heard_at))
        or (one.produced_on and one.produced_on > (one.shipped_on or day(one.heard_at)))
        or one.heard_at > one.registered_at
        or (one.lot_no and not Shipment.known_lot(one.lot_no, one.customer_id))
    ]
    assert wrong == []


def test_some_complaints_say_when_the_goods_were_made(inside: None) -> None:
    """7.4-13."""
    assert 100 <= sum(one.produced_on is not None for one in registered()) < len(registered())


def test_what_a_case_of_ours_cost_is_entered_at_its_close(inside: None) -> None:
    """7.4-62: each kind of cost, never for nothing, and none of what is not ours."""
    names = ("cost_rework", "cost_scrap", "cost_freight", "cost_deduction")
    entered = [
        (one, name, amount) for one in every(Complaint) for name in names if (amount := getattr(one, name))
    ]
    assert fewer(Counter(name for _one, name, _amount in entered), names) == []
    assert [one.number for one, _name, amount in entered if one.closed_at is None or amount <= 0] == []
    assert [one.number for one, _name, _amount in entered if one.route == "not_ours"] == []


def test_reasons_are_given_where_a_form_would_ask_for_them_and_only_there(inside: None) -> None:
    for complaint in every(Complaint):
        assert (complaint.late_reply_reason is not None) == any(
            reply.in_time is False for reply in complaint.replies
        ), complaint.number
        for reply in complaint.replies:
            assert (reply.late_reason is not None) == (not reply.recorded_same_day), complaint.number
            assert reply.settled_on is None or reply.settled_on >= day(complaint.heard_at), complaint.number
        if complaint.analysed_at is not None:
            assert (complaint.unknown_reason is not None) == bool(complaint.missing), complaint.number


def test_the_register_that_was_kept_before_was_imported_whole(inside: None) -> None:
    imported = [one for one in every(Complaint) if one.imported_from]
    assert len(imported) >= 10
    assert {(one.state, one.old_model, one.old_notes) for one in imported} == {("closed", None, None)}


def test_no_complaint_is_closed_over_goods_that_are_out(inside: None) -> None:
    closed = [one for one in every(Complaint) if one.state == "closed"]
    assert [one.number for one in closed if one.goods_on_the_way] == []
    assert sum(bool(returns_of_complaint(one)) for one in closed) >= 15


def test_an_auditor_finds_no_grave_case_of_ours_closed_without_a_verified_capa(inside: None) -> None:
    """5.2.2.5: every closed case that was confirmed as ours and is critical, batch or chronic, or went to the
    meeting; what an old register had closed stands as it came."""
    grave = [
        one
        for one in every(Complaint)
        if one.state == "closed"
        and one.imported_from is None
        and one.liability in ("ours", "supplier")
        and one.finding == "confirmed"
        and (one.severity == "critical" or one.nature in ("batch", "chronic") or one.route == "meeting")
    ]
    assert len(grave) >= 30
    assert {one.route for one in grave} == {"meeting", "occasional"}
    verified = {one.complaint_id for one in every(Capa) if one.state == "verified"}
    assert [one.number for one in grave if one.id not in verified] == []


def test_every_confirmed_case_of_ours_names_the_responsible_department(inside: None) -> None:
    """7.4-47, 7.5-16."""
    ours = [one for one in every(Complaint) if one.analysed_at and one.route in ("occasional", "meeting")]
    assert len(ours) > 200
    assert [one.number for one in ours if not one.resp_dept] == []


def test_no_more_comes_back_than_was_sent(inside: None) -> None:
    sent = {(one.customer_id, one.product_id, one.lot_no): one.quantity for one in every(Shipment)}
    wrong = [
        (one.number, line.lot_no)
        for one in every(Return)
        for line in one.lines
        if line.slip_qty > sent.get((one.customer_id, line.product_id, line.lot_no), 0)
    ]
    assert wrong == []


def test_goods_are_judged_as_their_complaint_is(inside: None) -> None:
    judged = [(one.liability, one.complaint.liability) for one in every(Return) if one.liability]
    assert [pair for pair in judged if pair[0] != pair[1]] == []


def test_some_urgent_orders_are_late_and_some_signatures_wait_for_days(inside: None) -> None:
    orders = [one for one in every(Replenishment) if one.ordered_at]
    assert sum((one.sent_off_on or TODAY) > one.wanted_on for one in orders) >= FEW
    waiting = [one for one in every(Task) if one.name == "sign"]
    assert (
        sum(work_calendar().working_hours_between(one.since, now()) > timedelta(hours=8) for one in waiting)
        >= FEW
    )


def test_what_is_not_ours_is_explained_with_evidence(inside: None) -> None:
    shown = set(
        db.session.execute(
            select(Attachment.record_id).where(Attachment.kind == "complaint", Attachment.step == "explain")
        ).scalars()
    )
    explained = {
        complaint.id for complaint in every(Complaint) if complaint.route == "not_ours" and complaint.replies
    }
    assert len(explained) >= 3
    assert shown == explained


def test_photographs_are_attached_and_no_two_are_the_same(inside: None) -> None:
    hashes = list(db.session.execute(select(Attachment.sha256).where(Attachment.is_image)).scalars())
    assert 60 <= len(hashes) <= 100
    assert len(set(hashes)) == len(hashes)


@pytest.mark.parametrize("column", ["description", "analysis", "reply_text", "cause", "actions"])
def test_no_sentence_is_left_half_made(inside: None, column: str) -> None:
    cls: Any = Reply if hasattr(Reply, column) else Complaint
    texts = [text for text in db.session.execute(select(getattr(cls, column))).scalars() if text]
    assert [
        text for text in texts if any(mark in text for mark in ("{", "}", "None", "。。", "；；", ","))
    ] == []
    assert len(set(texts)) > 20


@pytest.mark.parametrize(
    "column",
    [
        Return.liability_note,
        Return.customer_answer,
        Return.response_note,
        ReturnLine.return_reason,
        ReturnLine.difference_reason,
        ReturnLine.instruction,
        Booking.note,
        Replenishment.replenishment_reason,
        Replenishment.refuse_reason,
    ],
    ids=str,
)
def test_what_is_written_on_goods_is_whole(inside: None, column: Any) -> None:
    texts = [text for text in db.session.execute(select(column)).scalars() if text]
    assert [
        text for text in texts if any(mark in text for mark in ("{", "}", "None", "。。", "；；", ","))
    ] == []
    assert len(set(texts)) > 1


def test_there_is_an_account_for_each_role_and_each_holds_that_role_alone(inside: None) -> None:
    held = {user.username: user.roles for user in every(User)}
    assert {role: held[role] for role in ROLES} == {role: (role,) for role in rulebook().roles}


@pytest.mark.parametrize("role", ROLES)
def test_every_role_signs_in_with_the_password_demo(demo: Flask, role: str) -> None:
    browser = Browser(demo, role)
    assert browser.get("/").status in (200, 302)
