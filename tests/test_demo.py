"""The demo's year: the same for the same day, all ways through the procedure, and such that a factory would believe it."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from cs import create_app
from cs.commands import set_up
from cs.demo import beginning, build
from cs.extensions import db
from cs.models.attachments import Attachment
from cs.models.base import Task, rebuild_tasks
from cs.models.capa import Capa
from cs.models.chain import Event, site_head
from cs.models.complaints import Complaint, Reply
from cs.models.customers import Customer, Product, Shipment
from cs.models.holidays import work_calendar
from cs.models.procedure import rulebook, zone
from cs.models.reporting import work_counts
from cs.models.users import User
from tests import support
from tests.support import Browser
from tests.tables import ROLES

TODAY = date(2026, 11, 20)  # a Friday

pytestmark = pytest.mark.slow


def make() -> Flask:
    app = create_app({"CS_DATA": support.scratch(), "DATABASE_URL": "", "CS_PASSWORD_COST": 1})
    with app.app_context():
        set_up(beginning(TODAY))
        build(TODAY)
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
    return moment.astimezone(zone()).date()


def now() -> datetime:
    return datetime.combine(TODAY, time(16), zone())


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
    found = {cls.__name__: db.session.execute(select(func.count()).select_from(cls)).scalar_one() for cls in (Customer, Product, Shipment, Complaint)}
    assert found["Customer"] == 60
    assert found["Product"] == 26
    assert 500 <= found["Shipment"] <= 700
    assert 150 <= found["Complaint"] <= 170


def test_every_state_stands_in_it_three_times(inside: None) -> None:
    found = Counter(complaint.state for complaint in every(Complaint))
    assert [state.code for state in Complaint.workflow.states if found[state.code] < 3] == []


def test_every_step_of_a_complaint_was_taken_three_times(inside: None) -> None:
    taken = Counter(db.session.execute(select(Event.name).where(Event.kind == "complaint")).scalars())
    assert [step.name for step in Complaint.workflow.steps if taken[step.name] < 3] == []


def test_every_step_of_a_capa_was_taken_and_every_state_stands_in_it_three_times(inside: None) -> None:
    taken = Counter(db.session.execute(select(Event.name).where(Event.kind == "capa")).scalars())
    assert [step.name for step in Capa.workflow.steps if not taken[step.name]] == []
    found = Counter(capa.state for capa in every(Capa))
    assert [state.code for state in Capa.workflow.states if found[state.code] < 3] == []
    assert {capa.source for capa in every(Capa)} >= {"complaint", "internal"}
    assert any(capa.round == 2 for capa in every(Capa))


def test_the_rules_are_broken_as_often_as_people_break_them(inside: None) -> None:
    complaints, replies = every(Complaint), every(Reply)
    for few in (sum(reply.in_time is False for reply in replies), sum(not reply.recorded_same_day for reply in replies),
                sum(reply.number > 1 for reply in replies), sum(complaint.unknown_reason is not None for complaint in complaints),
                sum(complaint.route_reason is not None for complaint in complaints)):
        assert 3 <= few <= 25


def test_it_happens_in_order_and_in_working_hours(inside: None) -> None:
    calendar = work_calendar()
    moments = list(db.session.execute(select(Event.at).where(Event.kind != "department").order_by(Event.site_seq)).scalars())
    assert moments == sorted(moments)
    assert [moment for moment in moments if calendar.working_hours_between(moment - timedelta(seconds=1), moment + timedelta(seconds=1)) == timedelta()] == []
    assert now() - timedelta(days=370) < moments[0] < moments[-1] <= now()


def test_its_tasks_are_those_that_a_rebuild_writes(inside: None) -> None:
    def tasks() -> list[tuple[Any, ...]]:
        columns = [getattr(Task, name) for name in ("kind", "record_id", "name", "step", "permission", "due_at", "title", "subject", "taken_by_id")]
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
    wrong = [one.number for one in every(Complaint)
             if (one.defect_qty or 0) > (one.checked_qty or one.defect_qty or 0) or (one.checked_qty or 0) > (one.shipped_qty or one.checked_qty or 0)
             or (one.shipped_on and one.shipped_on > day(one.heard_at)) or one.heard_at > one.registered_at
             or (one.lot_no and not Shipment.known_lot(one.lot_no, one.customer_id))]
    assert wrong == []


def test_reasons_are_given_where_a_form_would_ask_for_them_and_only_there(inside: None) -> None:
    for complaint in every(Complaint):
        assert (complaint.late_reply_reason is not None) == any(reply.in_time is False for reply in complaint.replies), complaint.number
        for reply in complaint.replies:
            assert (reply.late_reason is not None) == (not reply.recorded_same_day), complaint.number
            assert reply.settled_on is None or reply.settled_on >= day(complaint.heard_at), complaint.number
        if complaint.analysed_at is not None:
            assert (complaint.unknown_reason is not None) == bool(complaint.missing), complaint.number


def test_what_is_not_ours_is_explained_with_evidence(inside: None) -> None:
    shown = set(db.session.execute(select(Attachment.record_id).where(Attachment.kind == "complaint", Attachment.step == "explain")).scalars())
    explained = {complaint.id for complaint in every(Complaint) if complaint.route == "not_ours" and complaint.replies}
    assert len(explained) >= 3
    assert shown == explained


def test_forty_photographs_are_attached_and_no_two_are_the_same(inside: None) -> None:
    hashes = list(db.session.execute(select(Attachment.sha256).where(Attachment.is_image)).scalars())
    assert 40 <= len(hashes) <= 60
    assert len(set(hashes)) == len(hashes)


@pytest.mark.parametrize("column", ["description", "analysis", "reply_text", "cause", "actions"])
def test_no_sentence_is_left_half_made(inside: None, column: str) -> None:
    cls: Any = Reply if hasattr(Reply, column) else Complaint
    texts = [text for text in db.session.execute(select(getattr(cls, column))).scalars() if text]
    assert [text for text in texts if any(mark in text for mark in ("{", "}", "None", "。。", "；；", ","))] == []
    assert len(set(texts)) > 20


def test_there_is_an_account_for_each_role_and_each_holds_that_role_alone(inside: None) -> None:
    held = {user.username: user.roles for user in every(User)}
    assert {role: held[role] for role in ROLES} == {role: (role,) for role in rulebook().roles}


@pytest.mark.parametrize("role", ROLES)
def test_every_role_signs_in_with_the_password_demo(demo: Flask, role: str) -> None:
    browser = Browser(demo, role)
    assert browser.get("/").status in (200, 302)
