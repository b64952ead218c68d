"""People, departments, sessions and the throttle, without a page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from cs.extensions import db
from cs.records.departments import Department, InUse
from cs.records.events import verify_events
from cs.records.login_failures import LoginFailure
from cs.records.passwords import is_easily_guessed, normal_username
from cs.records.sessions import LoginSession
from cs.records.setup_links import SetupLink
from cs.records.tasks import Task
from cs.records.users import LastAdministrator, User
from cs.records.verification import verify_records
from tests.support import PASSWORD

pytestmark = pytest.mark.both_databases

HERE = "address 127.0.0.1"


def sessions_of(user):
    return list(db.session.execute(select(LoginSession).where(LoginSession.user_id == user.id)).scalars())


@pytest.mark.parametrize("typed", ["wang.fang", "  Wang.Fang ", "ＷＡＮＧ．ｆａｎｇ", "WANG.FANG\t"])
def test_a_username_is_found_however_it_is_typed(people, on, typed):
    made = User.create(
        username="Wang.Fang",
        name="王芳",
        password="four-words",
        memberships=[("sales", "sales_clerk", False)],
        by=people["administrator"],
        on=on,
    )
    assert made.username == "wang.fang"
    assert User.by_username(typed) is made


@pytest.mark.parametrize("typed", ["ǰ", "ẞ", "İ", "①Ａ", "Ω", "王芳", "𠮷"])
def test_the_form_of_a_username_does_not_change_any_further(typed):
    assert normal_username(normal_username(typed)) == normal_username(typed)


def test_leaving_ends_every_session_and_gives_tasks_back_and_keeps_the_name(people, on, complaint_in):
    inspector = people["quality_inspector"]
    for _ in range(3):
        LoginSession.start(inspector, "", on)
    complaint = complaint_in("received")
    task = db.session.execute(select(Task).where(Task.record_id == complaint.id)).scalar_one()
    task.take(inspector, on)
    inspector.leave(reason="合同到期", by=people["administrator"], on=on)
    db.session.expire_all()
    assert [session.is_live(on) for session in sessions_of(inspector)] == [False, False, False]
    assert (task.taken_by_id, task.taken_at) == (None, None)
    assert (inspector.active, inspector.name, inspector.roles) == (False, "检验员甲", ("quality_inspector",))
    assert inspector.events[-1].details["note"] == "合同到期"


def test_coming_back_restores_the_roles_but_no_session(people, on):
    clerk = people["sales_clerk"]
    LoginSession.start(clerk, "", on)
    clerk.leave(reason=None, by=people["administrator"], on=on)
    clerk.come_back(reason=None, by=people["administrator"], on=on)
    assert (clerk.active, clerk.roles) == (True, ("sales_clerk",))
    assert [session.is_live(on) for session in sessions_of(clerk)] == [False]


def test_who_loses_a_role_gives_back_what_only_that_role_may_do(people, on, complaint_in):
    inspector = people["quality_inspector"]
    complaint = complaint_in("received")
    task = db.session.execute(select(Task).where(Task.record_id == complaint.id)).scalar_one()
    task.take(inspector, on)
    inspector.edit(
        name=inspector.name,
        note=None,
        memberships=[("quality", "quality_inspector", True)],
        by=people["administrator"],
        on=on,
    )
    db.session.expire_all()
    assert task.taken_by_id == inspector.id
    inspector.edit(
        name=inspector.name,
        note=None,
        memberships=[("sales", "sales_clerk", False)],
        by=people["administrator"],
        on=on,
    )
    db.session.expire_all()
    assert task.taken_by_id is None


def test_the_last_administrator_stays(people, on):
    administrator = people["administrator"]
    with pytest.raises(LastAdministrator):
        administrator.leave(reason=None, by=administrator, on=on)
    with pytest.raises(LastAdministrator):
        administrator.edit(
            name="甲", note=None, memberships=[("sales", "sales_clerk", False)], by=administrator, on=on
        )
    assert administrator.active
    assert administrator.roles == ("administrator",)


def test_a_second_administrator_frees_the_first_but_one_who_has_left_does_not(people, on):
    first, second = people["administrator"], people["sales_clerk"]
    second.edit(name=second.name, note=None, memberships=[(None, "administrator", False)], by=first, on=on)
    assert not first.is_last_administrator
    second.leave(reason=None, by=first, on=on)
    assert first.is_last_administrator


def test_who_has_left_is_never_the_last_administrator(people):
    people["administrator"].active = False
    db.session.flush()
    assert not people["administrator"].is_last_administrator


@pytest.mark.parametrize(("seconds", "covers"), [(0, True), (299, True), (300, False)])
def test_a_password_covers_signatures_until_its_minutes_are_over(app, people, on, seconds, covers):
    app.config["CS_SIGN_AGAIN_MINUTES"] = 5
    LoginSession.start(people["planner"], "Werkzeug", on)
    (session,) = sessions_of(people["planner"])
    session.signed_at = on
    until = on + timedelta(minutes=5)
    assert session.password_covers(on + timedelta(seconds=seconds)) == ((on, until) if covers else None)


def test_roles_given_and_taken_in_any_order_leave_a_record_that_verifies(people, on):
    clerk, administrator = people["sales_clerk"], people["administrator"]
    rows = [
        ("quality", "quality_inspector", False),
        ("sales", "sales_clerk", True),
        ("sales", "sales_manager", False),
    ]
    clerk.edit(name="林", note="x", memberships=rows, by=administrator, on=on)
    clerk.edit(name="林", note=None, memberships=[rows[2], rows[0]], by=administrator, on=on)
    db.session.commit()
    db.session.expire_all()
    assert [*verify_records(), *verify_events()] == []
    assert sorted((one.department, one.role, one.is_head) for one in clerk.memberships) == sorted(
        [rows[0], rows[2]]
    )


def test_a_new_password_ends_all_sessions_and_opens_a_closed_login(app, people, on):
    clerk = people["sales_clerk"]
    LoginSession.start(clerk, "", on)
    for _ in range(app.config["CS_LOGIN_FAILURES"]):
        LoginFailure.add("sales_clerk", HERE, on)
    clerk.set_password("another one", by=people["administrator"], on=on, must_change=True)
    assert (clerk.check_password("another one"), clerk.check_password(PASSWORD), clerk.must_change) == (
        True,
        False,
        True,
    )
    assert [session.ended_at for session in sessions_of(clerk)] == [on]
    assert LoginFailure.seconds_left("sales_clerk", HERE, on) == 0


def test_no_event_holds_a_password(people, on):
    clerk = people["sales_clerk"]
    clerk.set_password("another one", by=clerk, on=on)
    assert all("argon2" not in event.data and "another one" not in event.data for event in clerk.events)


def test_a_session_ends_by_idleness_and_by_age(app, people, on):
    idle, oldest = (
        timedelta(minutes=app.config["CS_IDLE_MINUTES"]),
        timedelta(days=app.config["CS_SESSION_DAYS"]),
    )
    token = LoginSession.start(people["sales_clerk"], "", on)
    db.session.flush()
    session = LoginSession.by_token(token)
    assert (session.is_live(on + idle - timedelta(seconds=1)), session.is_live(on + idle)) == (True, False)
    session.seen_at = on + oldest - timedelta(seconds=1)
    assert (session.is_live(on + oldest - timedelta(seconds=1)), session.is_live(on + oldest)) == (
        True,
        False,
    )


@pytest.mark.parametrize(("seconds", "left"), [(0, 5), (1, 4), (4.5, 1), (5, 0), (1800, 0)])
def test_further_tries_wait_after_the_last_failure(app, on, seconds, left):
    for second in range(app.config["CS_LOGIN_FAILURES"]):
        LoginFailure.add("Sales_Clerk ", HERE, on - timedelta(seconds=4 - second))
    assert LoginFailure.seconds_left("sales_clerk", HERE, on + timedelta(seconds=seconds)) == left


def test_one_failure_fewer_leaves_the_login_open(app, on):
    for _ in range(app.config["CS_LOGIN_FAILURES"] - 1):
        LoginFailure.add("sales_clerk", HERE, on)
    assert LoginFailure.seconds_left("sales_clerk", HERE, on) == 0


def test_failures_of_different_days_do_not_add_up(app, on):
    for day in range(app.config["CS_LOGIN_FAILURES"]):
        LoginFailure.add("sales_clerk", HERE, on + timedelta(days=day))
    assert LoginFailure.seconds_left("sales_clerk", HERE, on + timedelta(days=4)) == 0


def test_failures_of_another_source_do_not_count(app, on):
    for _ in range(app.config["CS_LOGIN_FAILURES"]):
        LoginFailure.add("sales_clerk", "address 192.0.2.7", on)
    assert LoginFailure.seconds_left("sales_clerk", HERE, on) == 0


def test_a_clock_put_back_does_not_close_the_login_for_a_day(app, on):
    for _ in range(app.config["CS_LOGIN_FAILURES"]):
        LoginFailure.add("sales_clerk", HERE, on + timedelta(days=1))
    assert LoginFailure.seconds_left("sales_clerk", HERE, on) == 0


def test_a_department_of_the_factory_goes_only_when_it_is_empty(people, on):
    administrator, clerk = people["administrator"], people["sales_clerk"]
    department = Department.create(zh="采购部", en="Purchasing", by=administrator, on=on)
    clerk.edit(
        name=clerk.name,
        note=None,
        memberships=[(department.code, "department_member", False)],
        by=administrator,
        on=on,
    )
    with pytest.raises(InUse):
        department.deactivate(by=administrator, on=on)
    clerk.leave(reason=None, by=administrator, on=on)
    department.deactivate(by=administrator, on=on)
    assert not department.active


def test_a_department_of_the_procedure_stays_and_can_be_renamed(people, on):
    warehouse = db.session.execute(select(Department).where(Department.code == "warehouse")).scalar_one()
    people["warehouse_keeper"].leave(reason=None, by=people["administrator"], on=on)
    with pytest.raises(InUse):
        warehouse.deactivate(by=people["administrator"], on=on)
    warehouse.rename(zh="成品仓", en="Finished goods", by=people["administrator"], on=on)
    assert (warehouse.active, warehouse.code, warehouse.zh) == (True, "warehouse", "成品仓")


OWN = ("lin.xw", "林晓雯", "linxiaowen", "MJ-QP-12")


@pytest.mark.parametrize(
    "password",
    [
        "password",
        "Password123",
        "12345678",
        "qwertyui",
        "aaaaaaaa",
        "MJ-QP-12",
        "mjqp12mjqp12",
        "MJ-QP-12-2024",
        "linxiaowen",
        "LinXiaoWen88",
        "lin.xw2024",
        "林晓雯林晓雯林晓",
    ],
)
def test_a_password_that_others_would_try_first_is_easily_guessed(password):
    assert is_easily_guessed(password, OWN)


@pytest.mark.parametrize(
    "password", ["guangzhou 88", "a second password", "xkqzpwvb", "声道 八月 蓝色 五", "x" * 9 + "k7" * 90]
)
def test_a_password_of_several_words_is_not(password):
    assert not is_easily_guessed(password, OWN)


@pytest.mark.parametrize(("days", "spent"), [(0, False), (2, False), (4, True)])
def test_a_first_password_of_before_works_for_a_few_days(people, on, days, spent):
    clerk = people["sales_clerk"]
    clerk.set_password("first-one", by=people["administrator"], on=on, must_change=True)
    assert clerk.first_password_is_spent(on + timedelta(days=days)) is spent


def test_a_first_password_of_before_works_once(people, on):
    clerk = people["sales_clerk"]
    clerk.set_password("first-one", by=people["administrator"], on=on, must_change=True)
    LoginSession.start(clerk, "", on + timedelta(minutes=1))
    assert clerk.first_password_is_spent(on + timedelta(minutes=2))


def test_a_setup_link_is_worth_nothing_once_there_are_people(people, on):
    assert not SetupLink.is_valid(SetupLink.make(on))
