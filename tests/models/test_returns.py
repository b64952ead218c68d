"""Returns through their verbs (5.3, 3.4–3.6): who is asked next, quantities that add up, the one complaint.
Each guard refuses by name."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.models.customers import Product
from cs.models.returns.customer_return import Return
from cs.models.returns.queries import returns_of_complaint
from cs.procedure.returns import INSPECTION, TooMuch
from cs.procedure.workflow import NotAllowed, NotOpen
from cs.queries.my_work import verify_tasks
from cs.records.personal_tasks import rebuild_tasks
from cs.records.tasks import Task
from cs.records.verification import verify_records
from tests.returned import JUDGED, LINES, PLACE, SLIP, WANTED, Replenishments, Returns
from tests.support import PRODUCT, day_of
from tests.tables import RETURN, RETURN_SITUATIONS, ROLES


@pytest.fixture
def returns(people, on):
    return Returns(people, on)


def awaited(record) -> list[str]:
    return list(
        db.session.execute(
            select(Task.name).where(Task.kind == "return", Task.record_id == record.id).order_by(Task.name)
        ).scalars()
    )


# Goods wanted at once (5.3.4)

WANTS = {"wants_goods": True}


def test_goods_wanted_at_once_are_a_task_of_sales_until_applied_for(returns, people, on):
    wanted_on = day_of(on) + timedelta(days=3)
    record = returns("arranging", **WANTS, goods_wanted_on=wanted_on)
    assert awaited(record) == ["apply_for_goods", "arrange"]
    assert record.goods_due_at.date() == wanted_on
    application = Replenishments(people, on, record.complaint_id)(return_id=record.id)
    assert awaited(record) == ["arrange"]
    application.void(reason="重复", by=people["sales_manager"], on=on)
    assert awaited(record) == ["apply_for_goods", "arrange"]
    assert [*verify_records(), *verify_tasks(on)] == []


def test_a_reason_says_why_no_goods_are_sent(returns, people, on):
    record = returns("arranging", **WANTS)
    record.decline_goods(reason="客户改为扣款", by=people["sales_clerk"], on=on)
    assert (record.no_goods_reason, awaited(record)) == ("客户改为扣款", ["arrange"])


def test_a_refusal_is_the_reason_why_no_goods_are_sent(returns, people, on):
    record = returns("arranging", **WANTS)
    Replenishments(people, on, record.complaint_id)("rejected", return_id=record.id)
    assert awaited(record) == ["arrange"]


def test_a_return_does_not_close_over_goods_that_the_customer_wants(returns, people, on):
    record = returns("confirmed", **WANTS)
    assert awaited(record) == ["apply_for_goods", "judge_effect"]
    with pytest.raises(NotOpen):
        record.close(closing_note=None, by=people["quality_supervisor"], on=on)
    record.decline_goods(reason="客户库存够用", by=people["sales_clerk"], on=on)
    record.close(closing_note=None, by=people["quality_supervisor"], on=on)
    assert record.state == "closed"


def test_goods_wanted_later_are_asked_for_when_the_slip_is_amended(returns, people, on):
    record = returns("registered")
    lines = [dict(values, id=line.id) for values, line in zip(LINES, record.lines, strict=True)]
    record.amend(
        customer_id=record.customer_id,
        lines=lines,
        wants_goods=True,
        goods_wanted_on=day_of(on),
        amendment_reason="客户来电要货",
        by=people["sales_clerk"],
        on=on,
    )
    assert awaited(record) == ["apply_for_goods", "judge"]


# Who may take which step, and what is awaited


@pytest.mark.parametrize("situation", RETURN_SITUATIONS, ids=lambda one: one.name)
def test_each_person_is_offered_the_steps_that_the_clauses_give_them(returns, people, on, situation):
    record = returns(situation.state, **situation.options)
    offered = {role: {step.name for step in record.steps_for(people[role], on)} for role in ROLES}
    assert offered == {
        role: {row.step for row in RETURN if not row.creates and row.answer(role, situation) == "may"}
        for role in ROLES
    }
    assert [*verify_records(), *verify_tasks(on)] == []


@pytest.mark.parametrize(
    ("situation", "tasks"),
    [
        ("at_gate", ["take_over"]),
        ("registered", ["judge"]),
        ("offering", ["offer"]),
        ("arranging", ["arrange"]),
        ("expected", ["count"]),
        ("handling", ["inspect", "settle_difference"]),
        ("given_back", ["confirm", "judge_effect"]),
        ("confirmed", ["close", "judge_effect"]),
        ("closed", ["judge_effect"]),
        ("void", []),
        ("not_taken", []),
    ],
)
def test_what_is_awaited_in_each_state(returns, situation, tasks):
    assert awaited(returns(situation)) == tasks


@pytest.mark.both_databases
def test_tasks_built_anew_are_the_same(returns, on):
    before = {state: awaited(returns(state)) for state in ("at_gate", "offering", "handling", "confirmed")}
    rebuild_tasks(on)
    assert {
        record.state: awaited(record) for record in db.session.execute(select(Return)).scalars()
    } == before


def test_another_role_is_refused_and_so_is_a_step_that_is_not_open(returns, people, on):
    record = returns("registered")
    with pytest.raises(NotAllowed):
        record.accept(by=people["sales_clerk"], on=on, **JUDGED)
    with pytest.raises(NotOpen):
        record.arrange(pick_up_on=day_of(on), pick_up_note=None, by=people["planner"], on=on)


# The one complaint (5.3.5)


def test_a_return_makes_a_complaint_that_quality_has_in_its_queue(returns, on):
    record = returns("registered")
    complaint = record.complaint
    assert (record.number, complaint.channel, complaint.customer_id, complaint.lot_no) == (
        "RMA-202603-001",
        "return",
        1,
        "L2611",
    )
    assert (complaint.description, complaint.state) == ("右声道无声\n外壳划伤", "received")
    assert returns_of_complaint(complaint) == [record]
    assert db.session.query(Complaint).count() == 1


def test_a_return_joins_a_complaint_that_is_there(returns, complaint_in):
    complaint = complaint_in("analysing")
    record = returns("registered", complaint_id=complaint.id)
    assert (record.complaint_id, db.session.query(Complaint).count()) == (complaint.id, 1)


def test_goods_at_the_gate_have_a_complaint_once_sales_takes_them_over(returns, on):
    record = returns("at_gate")
    assert (record.complaint, record.arrived_at) == (None, on)
    taken = returns("registered", here=True)
    assert (taken.complaint.heard_at, [line.slip_qty for line in taken.lines]) == (on, [10, 5])


def test_the_clock_of_goods_at_the_gate_runs_from_when_they_came(returns, people, on):
    record = returns("at_gate")
    lines = [dict(facts, id=line.id) for facts, line in zip(LINES, record.lines, strict=True)]
    record.take_over(
        complaint_id=None, lines=lines, by=people["sales_clerk"], on=on + timedelta(days=1), **SLIP | WANTED
    )
    assert (record.complaint.heard_at, record.complaint.state) == (on, "received")


def test_a_return_without_a_complaint_is_refused_by_the_database(returns):
    record = returns("registered")
    db.session.commit()
    with pytest.raises(IntegrityError):
        db.session.execute(text("UPDATE returns SET complaint_id = NULL WHERE id = :id"), {"id": record.id})


def test_a_complaint_stays_open_while_a_return_of_it_is(returns, complaint_in, people, on):
    complaint = complaint_in("accepted")
    record = returns("confirmed", complaint_id=complaint.id)
    assert complaint.open_ends(on) == {"returns": [record]}
    with pytest.raises(NotOpen):
        complaint.close(closing_note="好", by=people["quality_supervisor"], on=on)
    record.close(closing_note=None, by=people["quality_supervisor"], on=on)
    assert complaint.open_ends(on) == {}
    assert db.session.execute(
        select(Task.name).where(Task.kind == "complaint", Task.record_id == complaint.id)
    ).scalars().all() == ["close"]


# The count (5.3.3)


def test_the_warehouse_counts_each_line_and_the_last_one_ends_the_count(returns, people, on):
    record = returns("expected", counted=1)
    assert (record.arrived_at, awaited(record)) == (on, ["count", "settle_difference"])
    record.count(
        line_id=record.lines[1].id,
        quantity=Decimal(5),
        return_place=PLACE,
        by=people["warehouse_keeper"],
        on=on,
    )
    assert (record.state, awaited(record)) == ("handling", ["inspect", "settle_difference"])
    assert [(one.booking, one.quantity) for one in record.bookings] == [("counted", 8), ("counted", 5)]


def test_counting_does_not_change_when_the_goods_came_to_the_gate(returns, people, on):
    record = returns("expected", here=True)
    record.count(
        line_id=record.lines[0].id,
        quantity=Decimal(10),
        return_place=PLACE,
        by=people["warehouse_keeper"],
        on=on + timedelta(days=1),
    )
    assert record.arrived_at == on


def test_a_reason_that_several_lines_share_stands_once_in_the_complaint(returns):
    assert returns("registered", lines=(*LINES, LINES[0])).complaint.description == "右声道无声\n外壳划伤"


def test_a_difference_is_settled_by_a_named_person_and_both_numbers_stay(returns, people, on):
    record = returns("handling")
    line = record.lines[0]
    assert (line.tally.difference, line.differs) == (-2, True)
    returns.settle(record)
    assert (line.slip_qty, line.counted_qty, line.difference_by, line.differs) == (
        10,
        8,
        people["sales_clerk"],
        False,
    )
    assert awaited(record) == ["inspect"]


def test_a_recount_opens_the_difference_again_and_keeps_the_first_count(returns, people, on):
    record = returns("handling", until="inspect")
    line = record.lines[0]
    record.recount(
        line_id=line.id,
        quantity=Decimal(9),
        return_place="area_2",
        reason="角落还有一只",
        by=people["warehouse_keeper"],
        on=on,
    )
    assert (line.counted_qty, line.uninspected_qty, line.differs, line.return_place) == (9, 1, True, "area_2")
    assert [one.quantity for one in record.bookings if one.booking == "counted"] == [8, 5, 1]
    with pytest.raises(TooMuch):
        record.recount(
            line_id=line.id,
            quantity=Decimal(7),
            return_place=PLACE,
            reason="误",
            by=people["warehouse_keeper"],
            on=on,
        )


def test_nothing_came_and_the_difference_is_settled(returns, people, on):
    record = returns("expected", lines=LINES[:1])
    record.count(
        line_id=record.lines[0].id,
        quantity=Decimal(0),
        return_place=PLACE,
        by=people["warehouse_keeper"],
        on=on,
    )
    assert (record.state, awaited(record)) == ("handling", ["settle_difference"])
    returns.settle(record)
    assert awaited(record) == ["give_back"]
    assert list(verify_records()) == []


# Inspection, rework, the end


def test_no_more_is_decided_than_was_counted(returns, people, on):
    record = returns("handling")
    with pytest.raises(TooMuch) as refused:
        record.inspect(
            line_id=record.lines[0].id,
            bookings={"accepted": Decimal(6), "rework": Decimal(3)},
            note=None,
            by=people["quality_inspector"],
            on=on,
        )
    assert refused.value.open == 2


def test_rework_is_instructed_planned_booked_in_portions_and_inspected_again(returns, on):
    found = {}
    for step in ("inspect", "instruct", "plan_rework", "rework", "reinspect"):
        found[step] = awaited(returns("handling", until=step))
    assert found == {
        "inspect": ["instruct"],
        "instruct": ["plan_rework"],
        "plan_rework": ["rework"],
        "rework": ["reinspect", "rework"],
        "reinspect": ["give_back"],
    }


@pytest.mark.both_databases
def test_the_effect_of_rework_is_judged_by_later_complaints_of_the_same_model_and_defect(
    returns, complaint_in, people, on
):
    """3.4. Not by earlier ones, other models, other defects, void ones or the return's own complaint."""
    own = complaint_in("answering", on=on - timedelta(days=5), heard_at=on - timedelta(days=6))
    record = returns("handling", until="instruct", complaint_id=own.id)
    line, after = record.lines[0], {"on": on + timedelta(days=2), "heard_at": on + timedelta(days=1)}
    assert record.later_cases(line) == []
    complaint_in("answering", on=on, heard_at=on - timedelta(hours=2))
    other, defect, void, same = (complaint_in("answering", **after) for _ in range(4))
    other.product_id = Product.create(by=people["engineer"], on=on, **PRODUCT | {"model": "CA-6930"}).id
    defect.defect_code = "noise"
    void.void(reason="重复", by=people["sales_manager"], on=on)
    db.session.flush()
    assert record.later_cases(line) == [same]
    assert record.later_cases(record.lines[1]) == []
    own.heard_at = on + timedelta(days=3)
    db.session.flush()
    assert record.later_cases(line) == [same]


def test_rework_of_a_defect_without_a_code_has_no_later_cases(returns, complaint_in, on):
    record = returns("handling", until="instruct")
    complaint_in("received", on=on + timedelta(days=2), heard_at=on + timedelta(days=1))
    assert (record.complaint.defect_code, record.later_cases(record.lines[0])) == (None, [])


def test_production_works_until_the_day_that_planning_set(returns, on):
    record = returns("handling", until="plan_rework")
    assert record.rework_due_at.date() == day_of(on) + timedelta(days=2)
    assert record.lines[0].instructed_by.username == "process_engineer"


def test_the_day_that_counts_is_the_first_of_the_lines_that_are_still_to_be_reworked(returns, people, on):
    record = returns("handling")
    returns.settle(record)
    inspector, days = people["quality_inspector"], (2, 5)
    for line, later in zip(record.lines, days, strict=True):
        record.inspect(line_id=line.id, bookings={"rework": line.counted_qty}, note=None, by=inspector, on=on)
        record.instruct(
            line_ids=[line.id], instruction="补焊", instruction_no=None, by=people["process_engineer"], on=on
        )
        record.plan_rework(
            line_ids=[line.id], rework_on=day_of(on) + timedelta(days=later), by=people["planner"], on=on
        )
    assert record.rework_due_at.date() == day_of(on) + timedelta(days=2)
    record.rework(
        line_id=record.lines[0].id, quantity=Decimal(8), note=None, by=people["production_operator"], on=on
    )
    assert record.rework_due_at.date() == day_of(on) + timedelta(days=5)


def test_the_timeline_keeps_the_reason_of_a_recount_and_the_notes_of_bookings(returns, people, on):
    record = returns("handling", until="inspect")
    record.recount(
        line_id=record.lines[0].id,
        quantity=Decimal(9),
        return_place=PLACE,
        reason="角落还有一只",
        by=people["warehouse_keeper"],
        on=on,
    )
    assert [one.details.get("note") for one in record.events[-2:]] == ["外观可接受", "角落还有一只"]


def test_what_a_return_is_about_fits_a_line_of_my_work(returns):
    record = returns("registered", lines=LINES * 9)
    assert len(record.subject.split(" · ", 1)[1]) == 80


@pytest.mark.parametrize("kind", ["return", "replenishment"])
def test_a_complaint_under_which_goods_move_is_not_voided(returns, complaint_in, people, on, kind):
    complaint, manager = complaint_in("analysing"), people["sales_manager"]
    record = (
        returns("registered", complaint_id=complaint.id)
        if kind == "return"
        else Replenishments(people, on, complaint.id)()
    )
    assert complaint.goods_on_the_way == [record]
    with pytest.raises(NotOpen):
        complaint.void(reason="误登", by=manager, on=on)
    record.void(reason="误登", by=manager, on=on)
    complaint.void(reason="误登", by=manager, on=on)
    assert (complaint.state, complaint.goods) == ("void", [])


def test_what_goes_back_and_what_is_scrapped_is_all_that_was_counted(returns):
    record = returns("closed")
    assert [(line.tally.to_customer, line.tally.to_scrap, line.counted_qty) for line in record.lines] == [
        (6, 2, 8),
        (5, 0, 5),
    ]
    assert [(one.meaning, one.user.username) for one in record.signatures] == [
        ("closed", "quality_supervisor")
    ]


def test_goods_that_are_not_ours_go_back_as_agreed_and_dispute_is_judged_again(returns, people, on):
    clerk, answer = people["sales_clerk"], {"customer_answer": "不同意", "answered_on": day_of(on)}
    record = returns("offering")
    record.dispute(by=clerk, on=on, **answer)
    assert (record.state, record.outcome, record.customer_answer) == ("registered", None, "不同意")
    paid, here = returns("offering"), returns("offering", here=True)
    paid.serve_paid(by=clerk, on=on, **answer)
    here.send_as_is(by=clerk, on=on, **answer)
    assert [(one.state, one.outcome) for one in (paid, here)] == [
        ("arranging", "paid_service"),
        ("expected", "as_is"),
    ]


# Sums


def test_the_database_refuses_totals_that_do_not_add_up(returns):
    record = returns("handling", until="rework")
    db.session.commit()
    for column in (
        "accepted_qty",
        "uninspected_qty",
        "rework_qty",
        "passed_qty",
        "rework_open_qty",
        "counted_qty",
    ):
        with pytest.raises(IntegrityError):
            db.session.execute(
                text(f"UPDATE return_lines SET {column} = {column} + 1 WHERE id = :id"),
                {"id": record.lines[0].id},
            )
        db.session.rollback()
    with pytest.raises(IntegrityError):
        db.session.execute(
            text("UPDATE return_lines SET reworked_qty = rework_qty + 1 WHERE id = :id"),
            {"id": record.lines[0].id},
        )


def test_verify_finds_totals_that_are_not_the_sums_of_their_bookings(returns):
    record = returns("handling", until="inspect")
    db.session.commit()
    assert list(verify_records()) == []
    db.session.execute(
        text(
            "UPDATE return_lines SET accepted_qty = accepted_qty + 1000, scrapped_qty = scrapped_qty - "
            "1000 WHERE id = :id"
        ),
        {"id": record.lines[0].id},
    )
    db.session.expire_all()
    assert [fault.what for fault in verify_records()] == [
        "was changed without an event",
        f"has totals on line {record.lines[0].id} that are not the sums of its bookings",
    ]


@pytest.mark.both_databases
@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_booked_by_whom_the_sums_hold(returns, people, on, seed):
    """Random bookings through the verbs: what is refused leaves everything as it was, what is taken adds up,
    to the thousandth."""
    chance = random.Random(seed)
    record = returns("expected")
    db.session.commit()
    taken = 0
    for _ in range(100):
        line, quantity = chance.choice(record.lines), Decimal(chance.randint(1, 4000)) / 1000
        before, version = replace(line.tally), record.version
        try:
            match chance.choice(
                ("count", "recount", "inspect", "instruct", "plan_rework", "rework", "reinspect")
            ):
                case "count":
                    record.count(
                        line_id=line.id,
                        quantity=quantity * 3,
                        return_place=PLACE,
                        by=people["warehouse_keeper"],
                        on=on,
                    )
                case "recount":
                    record.recount(
                        line_id=line.id,
                        quantity=quantity * 3,
                        return_place=PLACE,
                        reason="再点",
                        by=people["warehouse_keeper"],
                        on=on,
                    )
                case "inspect":
                    record.inspect(
                        line_id=line.id,
                        bookings={chance.choice(INSPECTION): quantity},
                        note=None,
                        by=people["quality_inspector"],
                        on=on,
                    )
                case "instruct":
                    record.instruct(
                        line_ids=[line.id],
                        instruction="补焊",
                        instruction_no=None,
                        by=people["process_engineer"],
                        on=on,
                    )
                case "plan_rework":
                    record.plan_rework(line_ids=[line.id], rework_on=day_of(on), by=people["planner"], on=on)
                case "rework":
                    record.rework(
                        line_id=line.id, quantity=quantity, note=None, by=people["production_operator"], on=on
                    )
                case "reinspect":
                    booking = chance.choice(("passed", "failed"))
                    record.reinspect(
                        line_id=line.id,
                        bookings={booking: quantity},
                        note=None,
                        by=people["quality_inspector"],
                        on=on,
                    )
            taken += 1
        except (NotOpen, TooMuch):
            db.session.rollback()
            assert (line.tally, record.version) == (before, version)
        db.session.commit()
    assert (taken > 10, list(verify_records())) == (True, [])


def test_a_return_is_found_by_its_models_lots_and_slip(returns):
    record = returns("registered")
    assert {"CA-6920", "L2611", "L2612", "TH-01", record.complaint.number} <= set(record.searched())


@pytest.mark.both_databases
def test_an_amendment_keeps_lines_that_stay_and_takes_others_in(returns, people, on):
    record = returns("registered")
    first = record.lines[0]
    lines = [LINES[0] | {"id": first.id, "slip_qty": Decimal(12)}, LINES[1] | {"lot_no": "L9"}]
    record.amend(amendment_reason="更正", lines=lines, by=people["sales_clerk"], on=on, **SLIP | WANTED)
    assert [(line.slip_qty, line.lot_no) for line in record.lines] == [(12, "L2611"), (5, "L9")]
    assert record.lines[0] is first
