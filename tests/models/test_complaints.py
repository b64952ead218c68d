"""Complaints through their verbs (5.2): the clock, the ways, the answers, the end. Each guard refuses by
name."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.models.customers import Customer
from cs.models.holidays import SiteDay
from cs.procedure.workflow import NotAllowed, NotOpen
from cs.records.verification import verify_records
from tests.support import BLOCK_A, BLOCK_B, EXPLAINED, GOODS, NOT_OURS, SENT, SETTLED, attach_mail
from tests.tables import COMPLAINT, COMPLAINT_SITUATIONS, ROLES

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    """A moment in the factory, 2026; 2 March is a Monday."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=SHANGHAI)


@pytest.fixture
def log(people, on):
    return lambda **values: Complaint.log(
        by=people["sales_clerk"],
        on=on,
        **(GOODS | {"customer_id": 1, "product_id": 1, "heard_at": on} | values),
    )


# 5.2.1.1–2: in


def test_a_complaint_needs_no_more_than_customer_time_channel_and_words(people, on):
    complaint = Complaint.log(
        by=people["sales_clerk"], on=on, customer_id=1, heard_at=on, channel="phone", description="无声"
    )
    assert (complaint.state, complaint.registered_at, complaint.created_by_id) == (
        "received",
        on,
        people["sales_clerk"].id,
    )
    assert complaint.missing == (
        "contact_name",
        "contact_phone",
        "oral_written",
        "product_id",
        "lot_no",
        "checked_qty",
        "defect_qty",
        "found_at",
    )


def test_what_another_department_heard_reaches_sales_and_the_clock_runs_already(complaint_in, on):
    complaint = complaint_in("passed_on", customer_id=None, customer_said="某客户")
    assert (complaint.state, complaint.customer, complaint.reply_due_at) == (
        "passed_on",
        None,
        at("03-12 17:30"),
    )
    assert complaint.subject == "某客户 · 装车后右声道无声"


def test_registering_keeps_when_it_was_first_heard(complaint_in, people, on):
    heard = at("03-09 09:00")
    complaint = complaint_in("passed_on", heard_at=heard)
    complaint.register(by=people["sales_clerk"], on=on + timedelta(days=3), **BLOCK_A)
    assert (complaint.state, complaint.heard_at, complaint.reply_due_at) == (
        "received",
        heard,
        at("03-11 17:30"),
    )


def test_declining_says_why_and_ends_it(complaint_in):
    complaint = complaint_in("declined")
    assert (complaint.decline_reason, complaint.events[-2].details["note"]) == (
        "客户只是询问",
        "客户只是询问",
    )


def test_old_values_stay_in_the_event_of_an_amendment(complaint_in, people, on):
    complaint = complaint_in("received")
    complaint.amend(
        amendment_reason="更正",
        by=people["sales_clerk"],
        on=on,
        lot_no="L2612",
        demand=["replenishment", "exchange"],
    )
    assert complaint.events[-1].details["changes"] == {
        "lot_no": ["L2611", "L2612"],
        "demand": [None, '["exchange", "replenishment"]'],
    }
    assert complaint.demands == ["exchange", "replenishment"]


def test_an_amended_customer_is_the_one_that_is_shown_and_found(complaint_in, people, on):
    other = Customer.create(
        by=people["sales_clerk"], on=on, short_name="远声", full_name="远声音响", customer_type="oem"
    )
    complaint = complaint_in("received")
    complaint.amend(amendment_reason="更正", by=people["sales_clerk"], on=on, customer_id=other.id)
    assert complaint.customer.short_name == "远声"
    assert complaint.searched()[1:3] == ("远声", "远声音响")


# 5.2.2.6, Q13–Q15: the clock


@pytest.mark.parametrize(
    ("heard", "due"),
    [
        ("03-10 10:00", "03-12 17:30"),  # Tuesday: Thursday
        ("03-12 10:00", "03-16 17:30"),  # Thursday: Saturday is a rest day, so Monday
        ("03-13 10:00", "03-16 17:30"),  # Friday: Monday
        ("04-30 10:00", "05-06 17:30"),  # the feast of the first of May
    ],
)
def test_a_reply_is_due_two_days_after_the_first_of_us_heard(log, heard, due):
    complaint = log(heard_at=at(heard))
    assert (complaint.reply_due_at, complaint.first_due_at) == (at(due), at(due))


def test_a_day_that_the_factory_works_or_rests_for_itself_counts(log, people, on):
    SiteDay.set(day=date(2026, 3, 12), works=False, note="盘点", by=people["administrator"], on=on)
    assert log().reply_due_at == at("03-13 17:30")


@pytest.mark.parametrize("deadline", ["03-10 15:00", "03-11 09:00", "04-30 12:00"])
def test_the_customers_own_deadline_decides_sooner_or_later(log, deadline):
    assert log(customer_deadline=at(deadline)).reply_due_at == at(deadline)


@pytest.mark.parametrize(
    ("agreed", "due"), [(0, "03-10 17:30"), (1, "03-11 17:30"), (5, "03-16 17:30"), (None, "03-12 17:30")]
)
def test_days_agreed_with_the_customer_replace_the_two(customer, people, log, on, agreed, due):
    if agreed is not None:
        customer.edit(by=people["sales_clerk"], on=on, reply_days=agreed)
    assert log().reply_due_at == at(due)


def test_a_deadline_goes_before_agreed_days(customer, people, log, on):
    customer.edit(by=people["sales_clerk"], on=on, reply_days=5)
    assert log(customer_deadline=at("03-11 09:00")).reply_due_at == at("03-11 09:00")


def test_an_amended_time_of_hearing_moves_the_due_date_with_consent(complaint_in, people, on):
    complaint = complaint_in("received")
    complaint.amend(amendment_reason="更正", by=people["sales_clerk"], on=on, heard_at=at("03-09 08:00"))
    complaint.consent_clock(by=people["sales_manager"], on=on)
    assert (complaint.reply_due_at, complaint.first_due_at) == (at("03-11 17:30"), at("03-11 17:30"))


def test_the_clock_stops_with_the_first_reply_sent(complaint_in, on):
    complaint = complaint_in("awaiting_customer")
    assert (complaint.replied_at, complaint.reply.replied_at, complaint.reply.in_time) == (on, on, True)


def test_a_reply_at_the_last_minute_is_in_time_and_one_after_it_is_not(complaint_in, people, on):
    complaint = complaint_in("answering", answered=True)
    complaint.send_reply(by=people["sales_clerk"], on=complaint.reply_due_at, **SENT)
    assert complaint.reply.in_time is True
    late = complaint_in("answering", answered=True)
    late.send_reply(
        by=people["sales_clerk"],
        on=late.reply_due_at + timedelta(seconds=1),
        late_reply_reason="等样品",
        **SENT,
    )
    assert (late.reply.in_time, late.late_reply_reason) == (False, "等样品")


def test_a_reply_that_was_not_sent_is_neither(complaint_in):
    assert complaint_in("answering", answered=True).reply.in_time is None


# 5.2.1.3, 5.2.2.1: analysis


def test_a_named_person_of_quality_takes_it_in_hand(complaint_in, people, on):
    complaint = complaint_in("analysing")
    assert (complaint.quality_received_by_id, complaint.quality_received_at) == (
        people["quality_inspector"].id,
        on,
    )


@pytest.mark.parametrize(
    ("block", "counts"),
    [
        (BLOCK_B, True),
        (BLOCK_B | {"liability": "supplier"}, True),
        (NOT_OURS, False),
        (BLOCK_B | {"finding": "not_confirmed"}, False),
    ],
)
def test_what_was_found_decides_whether_it_counts(complaint_in, people, on, block, counts):
    complaint = complaint_in("analysing")
    complaint.confirm(by=people["quality_supervisor"], on=on, **block)
    assert (complaint.counts_in_kpi, complaint.analysed_at, complaint.state) == (counts, on, "answering")


@pytest.mark.parametrize(
    ("checked", "defect", "rate"),
    [
        (200, 3, "1.50"),
        (3, 1, "33.33"),
        (8, 1, "12.50"),
        (1000, 0, "0.00"),
        (16000, 1, "0.01"),
        (None, 3, None),
        (200, None, None),
        (0, 0, None),
    ],
)
def test_the_rate_of_defects_is_in_per_cent_with_two_decimals(log, checked, defect, rate):
    assert log(checked_qty=checked, defect_qty=defect).defect_rate == (Decimal(rate) if rate else None)


@pytest.mark.parametrize(
    "wrong",
    [{"checked_qty": 3, "defect_qty": 4}, {"checked_qty": -1}, {"defect_qty": -1}, {"shipped_qty": -5}],
)
def test_the_database_itself_refuses_impossible_quantities(log, wrong):
    with pytest.raises(IntegrityError):
        log(**wrong)
    db.session.rollback()


# 5.2.2.3: the occasional way; 5.2.2.2: not ours


def test_what_was_settled_becomes_reply_number_one(complaint_in, people, on):
    reply = complaint_in("answering", answered=True).reply
    assert (reply.number, reply.route, reply.cause, reply.prepared_by_id, reply.quality_replied_at) == (
        1,
        "occasional",
        SETTLED["cause"],
        people["quality_supervisor"].id,
        on,
    )


@pytest.mark.parametrize(
    ("settled", "recorded", "same_day"),
    [
        ("03-10 09:00", "03-10 23:59", True),
        ("03-10 09:00", "03-11 00:01", False),
        ("03-09 09:00", "03-10 09:00", False),
    ],
)
def test_the_result_is_recorded_on_the_day_it_was_settled(complaint_in, people, settled, recorded, same_day):
    complaint = complaint_in("answering", on=at("03-08 09:00"))
    complaint.settle(
        by=people["quality_supervisor"], on=at(recorded), settled_on=at(settled).date(), **SETTLED
    )
    assert complaint.reply.recorded_same_day is same_day


def test_an_explanation_has_no_day_of_settling(complaint_in):
    assert complaint_in("answering", route="not_ours", answered=True).reply.recorded_same_day is True


@pytest.mark.parametrize(
    ("role", "verb"), [("sales_clerk", "send_reply"), ("quality_inspector", "reply_directly")]
)
def test_evidence_goes_to_the_customer_through_sales_or_quality_with_who_and_when(
    complaint_in, people, on, role, verb
):
    complaint = complaint_in("answering", route="not_ours", answered=True)
    getattr(complaint, verb)(by=people[role], on=on, **SENT)
    assert (
        complaint.state,
        complaint.reply.replied_by_id,
        complaint.reply.reply_to,
        complaint.reply.replied_at,
    ) == ("awaiting_customer", people[role].id, "王工", on)


def test_what_is_ours_is_not_explained_away_nor_answered_by_quality(complaint_in, people, on):
    complaint = complaint_in("answering")
    with pytest.raises(NotOpen):
        complaint.explain(by=people["quality_inspector"], on=on, **EXPLAINED)
    settled = complaint_in("answering", answered=True)
    with pytest.raises(NotOpen):
        settled.reply_directly(by=people["quality_inspector"], on=on, **SENT)


def test_what_is_not_ours_is_not_settled(complaint_in, people, on):
    complaint = complaint_in("answering", route="not_ours")
    with pytest.raises(NotOpen):
        complaint.settle(by=people["quality_supervisor"], on=on, settled_on=on.date(), **SETTLED)


@pytest.mark.parametrize("route", ["occasional", "not_ours"])
def test_nothing_is_sent_before_quality_has_answered(complaint_in, people, on, route):
    complaint = complaint_in("answering", route=route)
    with pytest.raises(NotOpen):
        complaint.send_reply(by=people["sales_clerk"], on=on, **SENT)


def test_one_answer_is_in_hand_at_a_time(complaint_in, people, on):
    complaint = complaint_in("answering", answered=True)
    with pytest.raises(NotOpen):
        complaint.settle(by=people["quality_supervisor"], on=on, settled_on=on.date(), **SETTLED)


# 5.2.2.3: accepted, refused, silent


def test_acceptance_stands_on_the_reply(complaint_in, on):
    complaint = complaint_in("accepted")
    assert (complaint.reply.response, complaint.reply.response_on, complaint.follow_up_due_at) == (
        "accepted",
        on.date(),
        None,
    )


def test_a_refusal_returns_it_to_analysis_and_two_days_start_again(complaint_in, people, on):
    complaint = complaint_in("awaiting_customer")
    first = complaint.first_due_at
    complaint.refuse(
        response_on=date(2026, 3, 17),
        response_note="原因不符",
        by=people["sales_clerk"],
        on=at("03-17 15:00"),
    )
    assert (complaint.state, complaint.reply_due_at, complaint.first_due_at) == (
        "analysing",
        at("03-19 17:30"),
        first,
    )


def test_after_a_refusal_the_customers_first_deadline_is_past_and_agreed_days_count(
    complaint_in, people, customer, on
):
    customer.edit(by=people["sales_clerk"], on=on, reply_days=5)
    complaint = complaint_in("awaiting_customer", customer_deadline=at("03-11 09:00"))
    complaint.refuse(
        response_on=date(2026, 3, 17),
        response_note="原因不符",
        by=people["sales_clerk"],
        on=at("03-17 15:00"),
    )
    assert complaint.reply_due_at == at("03-23 17:30")


def test_a_deadline_that_the_customer_names_with_its_refusal_replaces_the_two_days(complaint_in, people):
    complaint = complaint_in("awaiting_customer", customer_deadline=at("03-11 09:00"))
    first = complaint.first_due_at
    attach_mail(complaint, "refuse", by=people["sales_clerk"], on=at("03-17 15:00"))
    complaint.refuse(
        response_on=date(2026, 3, 17),
        response_note="原因不符",
        customer_deadline=at("03-27 12:00"),
        by=people["sales_clerk"],
        on=at("03-17 15:00"),
    )
    assert (complaint.reply_due_at, complaint.customer_deadline, complaint.first_due_at) == (
        at("03-27 12:00"),
        at("03-27 12:00"),
        first,
    )


def test_a_deadline_agreed_after_a_refusal_counts_and_its_end_brings_the_two_days_back(complaint_in, people):
    complaint = complaint_in("awaiting_customer", customer_deadline=at("03-11 09:00"))
    complaint.refuse(
        response_on=date(2026, 3, 17),
        response_note="原因不符",
        by=people["sales_clerk"],
        on=at("03-17 15:00"),
    )
    assert (complaint.reply_due_at, complaint.customer_deadline) == (at("03-19 17:30"), None)
    complaint.amend(
        amendment_reason="更正",
        by=people["sales_clerk"],
        on=at("03-18 09:00"),
        customer_deadline=at("03-30 12:00"),
        evidence_id=attach_mail(complaint, "amend", by=people["sales_clerk"], on=at("03-18 08:00")).id,
    )
    complaint.consent_clock(by=people["sales_manager"], on=at("03-18 09:30"))
    assert complaint.reply_due_at == at("03-30 12:00")
    complaint.amend(
        amendment_reason="更正", by=people["sales_clerk"], on=at("03-18 10:00"), customer_deadline=None
    )
    complaint.consent_clock(by=people["sales_manager"], on=at("03-18 10:30"))
    assert complaint.reply_due_at == at("03-19 17:30")


def test_amending_after_a_refusal_does_not_turn_the_clock_back(complaint_in, people, on):
    complaint = complaint_in("awaiting_customer")
    complaint.refuse(
        response_on=date(2026, 3, 17),
        response_note="原因不符",
        by=people["sales_clerk"],
        on=at("03-17 15:00"),
    )
    complaint.amend(amendment_reason="更正", by=people["sales_clerk"], on=at("03-18 09:00"), order_no="PO-9")
    assert complaint.reply_due_at == at("03-19 17:30")


def test_amending_keeps_the_customers_deadline_while_an_answer_waits_to_be_sent(complaint_in, people, on):
    complaint = complaint_in("answering", answered=True, customer_deadline=at("04-30 12:00"))
    complaint.amend(amendment_reason="更正", by=people["sales_clerk"], on=on, order_no="PO-9")
    assert complaint.reply_due_at == at("04-30 12:00")
    complaint.amend(
        amendment_reason="更正",
        by=people["sales_clerk"],
        on=on,
        customer_deadline=at("04-02 12:00"),
        evidence_id=attach_mail(complaint, "amend", by=people["sales_clerk"], on=on).id,
    )
    complaint.consent_clock(by=people["sales_manager"], on=on)
    assert (complaint.reply_due_at, complaint.first_due_at, complaint.reply.due_at) == (
        at("04-02 12:00"),
    ) * 3


def test_amending_something_else_does_not_count_the_days_anew(complaint_in, people, customer, on):
    """Open complaints keep the due date they were given: new agreed days and new holidays count for those
    that come."""
    complaint = complaint_in("received")
    due = complaint.reply_due_at
    customer.edit(by=people["sales_clerk"], on=on, reply_days=30)
    complaint.amend(amendment_reason="更正", by=people["sales_clerk"], on=on, order_no="PO-9")
    assert complaint.reply_due_at == due


def test_a_model_named_at_the_confirmation_is_found(complaint_in, people, on):
    complaint = complaint_in("analysing", product_id=None)
    assert complaint.product is None
    complaint.confirm(by=people["quality_supervisor"], on=on, **BLOCK_B, product_id=1)
    assert (complaint.product.model, "ca6920" in complaint.search_text) == ("CA-6920", True)


def test_after_a_refusal_a_second_reply_is_numbered_two(complaint_in, people, on):
    complaint = complaint_in("awaiting_customer")
    complaint.refuse(
        response_on=date(2026, 3, 17),
        response_note="原因不符",
        by=people["sales_clerk"],
        on=at("03-17 15:00"),
    )
    complaint.confirm(by=people["quality_supervisor"], on=at("03-18 09:00"), **BLOCK_B)
    complaint.settle(
        by=people["quality_supervisor"], on=at("03-18 10:00"), settled_on=date(2026, 3, 18), **SETTLED
    )
    complaint.send_reply(by=people["sales_clerk"], on=at("03-18 11:00"), **SENT)
    assert [(reply.number, reply.response, reply.in_time) for reply in complaint.replies] == [
        (1, "refused", True),
        (2, None, True),
    ]
    assert complaint.replied_at == on


def test_a_second_refusal_starts_the_clock_a_third_time(complaint_in, people):
    complaint = complaint_in("awaiting_customer")
    for day in (17, 24):
        complaint.refuse(
            response_on=date(2026, 3, day),
            response_note="不接受",
            by=people["sales_clerk"],
            on=at(f"03-{day} 15:00"),
        )
        assert complaint.reply_due_at == at(f"03-{day + 2} 17:30")
        if day == 17:
            complaint.confirm(by=people["quality_supervisor"], on=at("03-18 09:00"), **BLOCK_B)
            complaint.settle(
                by=people["quality_supervisor"], on=at("03-18 10:00"), settled_on=date(2026, 3, 18), **SETTLED
            )
            complaint.send_reply(by=people["sales_clerk"], on=at("03-18 11:00"), **SENT)


def test_silence_is_known_after_ten_days_and_not_a_moment_sooner(complaint_in, people, on):
    complaint = complaint_in("awaiting_customer")
    with pytest.raises(NotOpen):
        complaint.no_answer(
            response_note="电话三次",
            by=people["sales_clerk"],
            on=on + timedelta(days=10) - timedelta(seconds=1),
        )
    complaint.no_answer(response_note="电话三次", by=people["sales_clerk"], on=on + timedelta(days=10))
    assert (complaint.state, complaint.reply.response, complaint.reply.response_note) == (
        "accepted",
        "no_answer",
        "电话三次",
    )


# Q12: the end


@pytest.mark.parametrize(
    "situation",
    [one for one in COMPLAINT_SITUATIONS if one.state != "accepted" and "silent" not in one.options],
    ids=lambda one: one.name,
)
def test_only_an_accepted_complaint_is_closed(complaint_in, people, on, situation):
    complaint = complaint_in(situation.state, **situation.options)
    with pytest.raises(NotOpen):
        complaint.close(closing_note=None, by=people["quality_supervisor"], on=on)


def test_closing_says_when_and_is_the_end(complaint_in, on):
    complaint = complaint_in("closed")
    assert (complaint.closed_at, complaint.closing_note) == (on, "客户已确认")
    # for goods that come later (5.3.5)
    assert [step.name for step in complaint.open_steps(on)] == ["reopen", "request_reopen"]


def test_a_silent_customers_complaint_is_closed_too(complaint_in, people, on):
    complaint = complaint_in("awaiting_customer")
    complaint.no_answer(response_note="电话三次", by=people["sales_clerk"], on=on + timedelta(days=11))
    complaint.close(closing_note=None, by=people["quality_supervisor"], on=on + timedelta(days=11))
    assert complaint.state == "closed"


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "state", ["passed_on", "received", "analysing", "answering", "awaiting_customer", "accepted"]
)
def test_a_complaint_is_voided_with_a_reason_and_stays_readable(complaint_in, people, on, state):
    complaint = complaint_in(state)
    complaint.void(reason="登记错误", by=people["sales_manager"], on=on)
    db.session.commit()
    kept = db.session.execute(select(Complaint)).scalar_one()
    number = "ZD-202603-0001" if state == "passed_on" else "CC-202603-0001"
    assert (kept.state, kept.void_reason, kept.number) == ("void", "登记错误", number)


@pytest.mark.parametrize("state", ["closed", "declined", "void"])
def test_what_has_ended_is_not_voided(complaint_in, people, on, state):
    with pytest.raises(NotOpen):
        complaint_in(state).void(reason="x", by=people["sales_manager"], on=on)


# Who may, before where it stands


@pytest.mark.parametrize("row", [row for row in COMPLAINT if not row.creates], ids=lambda row: row.step)
def test_a_verb_refuses_whose_step_it_is_not_before_where_the_record_stands(complaint_in, people, on, row):
    complaint = complaint_in("void")
    for role in ROLES:
        with pytest.raises(NotOpen if role in row.roles and not row.by_name else NotAllowed):
            complaint.check(row.step, people[role], on)


@pytest.mark.parametrize(("verb", "roles"), [(row.step, row.roles) for row in COMPLAINT if row.creates])
def test_a_complaint_is_begun_by_who_may_begin_it(people, on, verb, roles):
    for role in ROLES:
        facts = GOODS | {"customer_id": 1, "heard_at": on}
        if role in roles:
            assert getattr(Complaint, verb)(by=people[role], on=on, **facts).version == 1
        else:
            with pytest.raises(NotAllowed):
                getattr(Complaint, verb)(by=people[role], on=on, **facts)


@pytest.mark.parametrize(
    "situation",
    [one for one in COMPLAINT_SITUATIONS if "silent" not in one.options],
    ids=lambda one: one.name,
)
def test_the_buttons_of_a_page_are_the_rows_of_the_table(complaint_in, people, on, situation):
    complaint = complaint_in(situation.state, **situation.options)
    shown = {role: {step.name for step in complaint.steps_for(person, on)} for role, person in people.items()}
    assert shown == {
        role: {row.step for row in COMPLAINT if not row.creates and row.answer(role, situation) == "may"}
        for role in ROLES
    }


def test_the_record_and_its_chain_agree_after_the_whole_way(complaint_in):
    complaint_in("closed")
    complaint_in("closed", route="not_ours")
    assert list(verify_records()) == []


def test_moments_are_kept_in_utc(complaint_in):
    complaint = complaint_in("received")
    db.session.expire(complaint)
    assert complaint.heard_at.tzinfo is UTC
