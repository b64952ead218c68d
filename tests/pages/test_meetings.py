"""The pages of the meeting's way (5.2.2.4), of samples and talks (5.2.1.3), and of what recurs (3.4): as
people fill them, and what is refused."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from cs.extensions import db
from cs.models.capa.capa import Capa
from cs.models.complaints.complaint import Complaint
from cs.records.users import User
from tests.capas import Capas
from tests.support import PASSWORD, UNTIL_EFFECTIVE, Browser, day_of, kept, loaded
from tests.tables import COMPLAINT_SITUATIONS

CONFIRMED = {
    "finding": "confirmed",
    "liability": "ours",
    "defect_category": "FUN",
    "defect_code": "FUN.no_sound",
    "severity": "major",
    "nature": "sporadic",
    "resp_dept": "production",
    "analysis": "焊点虚焊",
    "password": PASSWORD,
}
PLACES = ("affected", "customer", "in_transit", "finished", "wip", "raw")
KEEPER = "10"  # the id of the warehouse keeper, who looked and found nothing
NONE_ELSEWHERE = {f"none_{place}": KEEPER for place in PLACES if place != "affected"}
RESULT = {"reply_text": "换货并重工库存", "cause": "烙铁温度偏低", "actions": "每班点检温度"}


def local(moment: datetime) -> str:
    from tests.pages.test_complaints import local as written

    return written(moment)


@pytest.fixture
def ids(people):
    """{role: the id of its person}, as the lists of a form have it."""
    return {role: str(person.id) for role, person in people.items()}


@pytest.fixture
def stands(app):
    return lambda complaint: loaded(app, Complaint, complaint.id)


def at_the_meeting(ids: dict[str, str], **more: str) -> dict[str, str]:
    """Three people in the rows: of sales, engineering and production, which is responsible."""
    rows = {"department": "production", "minutes": "全线停机点检"}
    for n, (role, department) in enumerate(
        (("sales_manager", "sales"), ("engineer", "engineering"), ("production_manager", "production"))
    ):
        rows |= {
            f"attendees-{n}-user_id": ids[role],
            f"attendees-{n}-department": department,
            f"attendees-{n}-team_role": "member",
        }
    return rows | more


def decided(
    ids: dict[str, str], on: datetime, *quantities: int, place: str = "affected", **more: str
) -> dict[str, str]:
    """A row for each quantity, all scrapped by the inspector today."""
    rows = {}
    for n, quantity in enumerate(quantities):
        rows |= {
            f"dispositions-{n}-place": place,
            f"dispositions-{n}-quantity": str(quantity),
            f"dispositions-{n}-disposition": "scrap",
            f"dispositions-{n}-owner_id": ids["quality_inspector"],
            f"dispositions-{n}-planned_on": day_of(on).isoformat(),
        }
    return rows | {"plan_needed": "no"} | more


# The whole way


def test_a_major_complaint_goes_through_its_meeting_to_the_close(
    as_role, complaint_in, stands, ids, on, app, people
):
    complaint = complaint_in("analysing")
    page, supervisor, clerk = (
        f"/complaints/{complaint.id}",
        as_role("quality_supervisor"),
        as_role("sales_clerk"),
    )
    assert (
        as_role("quality_inspector")
        .step(f"{page}/confirm", **CONFIRMED | {"severity": "critical"}, route="meeting")
        .status
        == 303
    )
    assert supervisor.step(f"{page}/confirm_route", password=PASSWORD).status == 303  # Q11
    assert supervisor.get(f"{page}/issue_capa").status == 303  # 5.2.2.5
    assert supervisor.location == f"/capa/new?complaint={complaint.id}"
    issued = supervisor.step(supervisor.location, department="production")
    assert (issued.status, stands(complaint).needs_capa) == (303, True)
    assert supervisor.get(f"{page}/issue_capa").status == 409
    called = supervisor.step(f"{page}/call_meeting", meeting_place="二楼会议室", department="production")
    assert called.status == 303
    assert as_role("engineer").step(f"{page}/acknowledge_call").status == 303
    assert supervisor.step(f"{page}/meet", **at_the_meeting(ids)).status == 303
    assert (
        supervisor.step(
            f"{page}/dispose", found_affected="3", **NONE_ELSEWHERE, **decided(ids, on, 3, plan_needed="yes")
        ).status
        == 303
    )
    for role in ("sales_manager", "engineer", "production_manager"):
        assert as_role(role).step(f"{page}/countersign", password=PASSWORD).status == 303
    assert supervisor.step(f"{page}/issue_result", **RESULT).status == 303
    assert clerk.step(f"{page}/send_reply", reply_to="王工", reply_channel="email").status == 303
    assert clerk.step(f"{page}/accept").status == 303
    assert (
        as_role("planner")
        .step(f"{page}/plan", plan="周三重工", plan_quantity="3", plan_due_on=day_of(on).isoformat())
        .status
        == 303
    )
    assert as_role("quality_inspector").step(f"{page}/do_disposition", done_note="已报废").status == 303
    version = str(stands(complaint).version)
    assert supervisor.post(f"{page}/close", version=version, password=PASSWORD).status == 409
    with kept(app):
        capa = db.session.execute(select(Capa)).scalar_one()
        capas = Capas(people, on)
        for verb in (capas.analyse, capas.set_measures, capas.do_actions):
            verb(capa, on - UNTIL_EFFECTIVE)
        capas.verify(capa, on)
    assert supervisor.step(f"{page}/close", password=PASSWORD).status == 303
    closed = stands(complaint)
    assert (closed.state, closed.replies[0].route, [one.round for one in closed.meetings]) == (
        "closed",
        "meeting",
        [1],
    )


@pytest.mark.parametrize("route", ["occasional", "meeting"])
def test_the_responsible_department_must_be_named_where_it_is_ours(as_role, complaint_in, stands, route):
    complaint = complaint_in("analysing")
    page, inspector = f"/complaints/{complaint.id}/confirm", as_role("quality_inspector")
    words = CONFIRMED | {"resp_dept": "", "route": route, "route_reason": "客户停线"}
    assert (inspector.step(page, **words).status, set(inspector.faults)) == (422, {"resp_dept"})
    assert inspector.send(page, resp_dept="nobody", password=PASSWORD).status == 422
    assert inspector.send(page, resp_dept="warehouse", password=PASSWORD).status == 303
    assert (stands(complaint).resp_dept, "仓库" in inspector.get(page.removesuffix("/confirm")).text) == (
        "warehouse",
        True,
    )


def test_what_is_not_ours_names_no_department(as_role, complaint_in, stands):
    complaint = complaint_in("analysing")
    words = CONFIRMED | {"resp_dept": "", "liability": "customer"}
    inspector = as_role("quality_inspector")
    assert inspector.step(f"/complaints/{complaint.id}/confirm", **words, route="not_ours").status == 303
    assert stands(complaint).resp_dept is None


def test_the_department_is_carried_into_the_meeting_the_capa_and_the_register(
    as_role, complaint_in, ids, people
):
    complaint = complaint_in("answering", route="meeting")  # of production, by its confirmation
    page, supervisor = f"/complaints/{complaint.id}", as_role("quality_supervisor")
    register = as_role("auditor").get("/reports/complaints")
    assert "生产部" in register.soup.select_one("tbody").get_text()
    offered = supervisor.get(f"{page}/meet").form()
    assert offered["department"] == "production"
    heads = {offered[f"attendees-{n}-user_id"] for n in range(3)}
    assert heads == {ids["sales_manager"], ids["engineer"], ids["production_manager"]}
    assert supervisor.get(f"/capa/new?complaint={complaint.id}").form()["department"] == "production"
    rows = at_the_meeting(ids) | {
        "department": "planning",
        "attendees-2-user_id": ids["planner"],
        "attendees-2-department": "planning",
    }
    assert supervisor.step(f"{page}/meet", **rows).status == 303
    assert supervisor.get(f"/capa/new?complaint={complaint.id}").form()["department"] == "planning"
    line = register.get("/reports/complaints").soup.select_one("tbody").get_text()
    assert ("计划部" in line, "生产部" in line) == (True, False)  # a meeting that names another one wins


def test_the_page_keeps_the_papers_order_and_folds_what_is_finished(as_role, complaint_in):
    complaint = complaint_in("accepted", route="meeting", countersigned=True, done=True)
    blocks = as_role("auditor").get(f"/complaints/{complaint.id}").soup.select("details.block")
    assert [(block["id"], block.has_attr("open")) for block in blocks] == [
        ("block-A", False),
        ("block-B", False),
        ("block-C", False),
        ("block-F", True),
    ]


@pytest.mark.parametrize(
    "situation",
    [one for one in COMPLAINT_SITUATIONS if "meeting" in one.name or "sample" in one.name],
    ids=lambda one: one.name,
)
@pytest.mark.sqlite
def test_the_page_is_whole_in_either_language_however_far_it_is(as_role, complaint_in, situation):
    complaint = complaint_in(situation.state, **situation.options)
    for language in ("zh", "en"):
        page = as_role("auditor", language=language).get(f"/complaints/{complaint.id}")
        idents = [one["id"] for one in page.soup.select("[id]")]
        assert (page.status, sorted(idents)) == (200, sorted(set(idents)))


# The meeting


@pytest.mark.parametrize(("absent", "department"), [(0, "业务部"), (1, "工程部"), (2, "生产部")])
def test_a_meeting_without_one_of_its_heads_is_refused_and_says_who_lacks(
    as_role, complaint_in, stands, ids, absent, department
):
    complaint = complaint_in("answering", route="meeting")
    rows = at_the_meeting(ids) | {f"attendees-{absent}-user_id": "", f"attendees-{absent}-department": ""}
    supervisor = as_role("quality_supervisor").step(f"/complaints/{complaint.id}/meet", **rows)
    assert (supervisor.status, department in supervisor.faults[""]) == (422, True)
    assert (stands(complaint).meetings, supervisor.form()["minutes"]) == ([], "全线停机点检")


def test_where_a_department_has_a_head_another_of_its_people_does_not_stand_for_it(
    as_role, complaint_in, app, people, ids, on
):
    complaint = complaint_in("answering", route="meeting")
    with kept(app):
        clerk = db.session.get(User, people["sales_clerk"].id)
        clerk.edit(
            name=clerk.name,
            memberships=[("sales", "sales_clerk", True)],
            note=None,
            by=people["administrator"],
            on=on,
        )
    supervisor = as_role("quality_supervisor").get(f"/complaints/{complaint.id}/meet")
    assert supervisor.form()["attendees-0-user_id"] == ids["sales_clerk"]
    supervisor.send(f"/complaints/{complaint.id}/meet", **at_the_meeting(ids))
    assert (supervisor.status, people["sales_clerk"].name in supervisor.faults[""]) == (422, True)
    assert (
        supervisor.send(
            f"/complaints/{complaint.id}/meet",
            **{"attendees-3-user_id": ids["sales_clerk"], "attendees-3-team_role": "member"},
        ).status
        == 303
    )
    signing = {
        one.user_id for one in loaded(app, Complaint, complaint.id).meeting_book.attendees if one.must_sign
    }
    assert signing == {int(ids[role]) for role in ("sales_clerk", "engineer", "production_manager")}


@pytest.mark.parametrize(("hours", "fault"), [(1, "met_at"), (-2, "met_at")])
def test_a_meeting_is_held_neither_tomorrow_nor_before_the_complaint_was_heard(
    as_role, complaint_in, ids, on, hours, fault
):
    complaint = complaint_in("answering", route="meeting")
    supervisor = as_role("quality_supervisor").step(
        f"/complaints/{complaint.id}/meet", **at_the_meeting(ids, met_at=local(on + timedelta(hours=hours)))
    )
    assert (supervisor.status, set(supervisor.faults)) == (422, {fault})


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        (
            {"attendees-1-user_id": "1", "attendees-1-department": "engineering"},
            "attendees-1-department",
        ),  # a sales clerk for engineering
        (
            {"attendees-3-user_id": "2", "attendees-3-department": "sales"},
            "attendees-3-user_id",
        ),  # there twice
        ({"attendees-0-user_id": "16"}, "attendees-0-user_id"),  # the administrator works in no department
        ({"attendees-0-user_id": "²"}, "attendees-0-user_id"),  # no person, and no empty row either
        ({"attendees-3-department": "sales"}, "attendees-3-user_id"),  # nobody is named
        ({"department": "kitchen"}, "department"),
        ({"minutes": " "}, "minutes"),
        ({"met_at": ""}, "met_at"),
        ({"department": ""}, "department"),
    ],
)
def test_rows_and_fields_that_cannot_be_are_refused_beside_them(as_role, complaint_in, ids, changed, fault):
    complaint = complaint_in("answering", route="meeting")
    supervisor = as_role("quality_supervisor").step(
        f"/complaints/{complaint.id}/meet", **at_the_meeting(ids) | changed
    )
    assert (supervisor.status, fault in supervisor.faults) == (422, True)


@pytest.mark.both_databases
def test_a_row_more_keeps_what_is_typed_and_stores_nothing(as_role, complaint_in, stands, ids):
    complaint = complaint_in("answering", route="meeting")
    supervisor = as_role("quality_supervisor").step(
        f"/complaints/{complaint.id}/meet", **at_the_meeting(ids), more_rows="1"
    )
    assert (supervisor.form()["attendees-2-user_id"], stands(complaint).meetings) == (
        ids["production_manager"],
        [],
    )


# The goods


def test_a_disposition_that_does_not_add_up_names_place_found_and_decided(
    as_role, complaint_in, stands, ids, on
):
    complaint = complaint_in("answering", route="meeting", met=True)
    supervisor = as_role("quality_supervisor").step(
        f"/complaints/{complaint.id}/dispose", found_affected="5", **NONE_ELSEWHERE, **decided(ids, on, 2, 1)
    )
    assert (supervisor.status, set(supervisor.faults)) == (422, {"found_affected"})
    assert [word in supervisor.faults["found_affected"] for word in ("发生品", "5", "3")] == [
        True,
        True,
        True,
    ]
    assert stands(complaint).meeting_book.places == []
    assert (
        supervisor.send(f"/complaints/{complaint.id}/dispose", **{"dispositions-1-quantity": "3"}).status
        == 303
    )
    assert [(one.place, one.quantity) for one in stands(complaint).meeting_book.dispositions] == [
        ("affected", 2),
        ("affected", 3),
    ]


def test_pieces_decided_on_where_none_were_found_are_refused(as_role, complaint_in, ids, on):
    complaint = complaint_in("answering", route="meeting", met=True, defect_qty=0)
    supervisor = as_role("quality_supervisor").step(
        f"/complaints/{complaint.id}/dispose",
        found_affected="",
        none_affected=KEEPER,
        **NONE_ELSEWHERE,
        **decided(ids, on, 4, place="raw"),
    )
    assert set(supervisor.faults) == {"found_raw"}


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"none_wip": ""}, "none_wip"),  # neither found nor confirmed
        ({"none_affected": KEEPER}, "none_affected"),  # both
        ({"found_affected": "-3"}, "found_affected"),
        ({"found_affected": "三"}, "found_affected"),
        ({"dispositions-0-quantity": "0"}, "dispositions-0-quantity"),
        ({"dispositions-0-owner_id": ""}, "dispositions-0-owner_id"),
        ({"dispositions-0-owner_id": "15"}, "dispositions-0-owner_id"),  # the auditor changes nothing
        ({"dispositions-0-place": ""}, "dispositions-0-place"),
        ({"dispositions-0-quantity": ""}, "dispositions-0-quantity"),
        ({"dispositions-0-planned_on": ""}, "dispositions-0-planned_on"),
        ({"dispositions-0-place": "moon"}, "dispositions-0-place"),
        ({"dispositions-0-disposition": ""}, "dispositions-0-disposition"),
        ({"dispositions-0-planned_on": "2026-01-01"}, "dispositions-0-planned_on"),
        ({"plan_needed": ""}, "plan_needed"),
    ],
)
def test_a_matrix_that_leaves_something_open_is_refused_beside_it(
    as_role, complaint_in, stands, ids, on, changed, fault
):
    complaint = complaint_in("answering", route="meeting", met=True)
    supervisor = as_role("quality_supervisor").step(
        f"/complaints/{complaint.id}/dispose",
        **{"found_affected": "3", **NONE_ELSEWHERE, **decided(ids, on, 3)} | changed,
    )
    assert (supervisor.status, fault in supervisor.faults, stands(complaint).meeting_book.places) == (
        422,
        True,
        [],
    )


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"found_affected": "0", "none_affected": KEEPER, "defective_affected": ""}, "found_affected"),
        ({"defective_affected": "4"}, "defective_affected"),
        ({"none_wip": "仓库甲"}, "none_wip"),  # a name is chosen, not typed
        ({"none_wip": "15"}, "none_wip"),  # the auditor confirms nothing
    ],
)
def test_pieces_complained_of_are_not_none_and_nobody_is_typed(
    as_role, complaint_in, stands, ids, on, changed, fault
):
    complaint = complaint_in("answering", route="meeting", met=True)
    supervisor = as_role("quality_supervisor").step(
        f"/complaints/{complaint.id}/dispose",
        **{"found_affected": "3", **NONE_ELSEWHERE, **decided(ids, on, 3)} | changed,
    )
    assert (supervisor.status, fault in supervisor.faults) == (422, True)
    assert stands(complaint).meeting_book.places == []


@pytest.mark.parametrize(
    ("found", "defective", "fault"),
    [("1", "", "found_affected"), ("60", "", "defective_affected"), ("60", "59", "defective_affected")],
)
def test_no_fewer_pieces_are_decided_on_than_are_complained_of(
    as_role, complaint_in, stands, ids, on, found, defective, fault
):
    complaint = complaint_in("answering", route="meeting", met=True, defect_qty=60)
    address, supervisor = f"/complaints/{complaint.id}/dispose", as_role("quality_supervisor")
    words = NONE_ELSEWHERE | decided(ids, on, int(found))
    supervisor.step(address, found_affected=found, defective_affected=defective, **words)
    assert (supervisor.status, list(supervisor.faults)) == (422, [fault])
    assert "60" in supervisor.faults[fault]
    if found == "1":
        fewer = {"defect_qty": found, "amendment_reason": "客户更正数量"}
        assert as_role("sales_clerk").step(f"/complaints/{complaint.id}/amend", **fewer).status == 303
    corrected = {"found_affected": found, "defective_affected": found}
    assert supervisor.step(address, **corrected, **words).status == 303
    assert stands(complaint).meeting_book.places[0].found_qty == int(found)


@pytest.mark.parametrize(("number", "status"), [("4", 422), ("3", 303), ("2", 303)])
def test_no_more_pieces_are_complained_of_once_the_meeting_has_decided(as_role, complaint_in, number, status):
    complaint = complaint_in("answering", route="meeting", disposed=True)
    clerk = as_role("sales_clerk").step(
        f"/complaints/{complaint.id}/amend", defect_qty=number, contact_name="孙工"
    )
    assert (clerk.status, list(clerk.faults)) == (status, ["defect_qty"] if status == 422 else [])


def test_place_quantity_defective_and_person_stand_on_the_page(as_role, complaint_in, stands, ids, on):
    complaint = complaint_in("answering", route="meeting", met=True)
    page, supervisor = f"/complaints/{complaint.id}", as_role("quality_supervisor")
    sent = supervisor.step(f"{page}/dispose", found_affected="3", **NONE_ELSEWHERE, **decided(ids, on, 3))
    assert sent.status == 303
    place = stands(complaint).meeting_book.places[0]
    assert (place.found_qty, place.defect_qty) == (3, 3)  # the report's own number stands ready
    cells = [cell.get_text(strip=True) for cell in supervisor.get(page).soup.select("#block-C tbody td")]
    assert f"确认人（无）: {stands(complaint).meeting_book.places[1].none_confirmed_by}" in cells


def test_a_person_at_the_meeting_without_a_role_is_refused(as_role, complaint_in, ids):
    complaint = complaint_in("answering", route="meeting")
    supervisor = as_role("quality_supervisor").step(
        f"/complaints/{complaint.id}/meet", **at_the_meeting(ids, **{"attendees-1-team_role": ""})
    )
    assert (supervisor.status, set(supervisor.faults)) == (422, {"attendees-1-team_role"})


def test_who_was_called_stands_ready_at_the_meeting(as_role, complaint_in, ids):
    complaint = complaint_in("answering", route="meeting")
    page = f"/complaints/{complaint.id}"
    assert as_role("sales_clerk").step(f"{page}/acknowledge_call", call_note="经理出差").status == 303
    assert "经理出差" in as_role("auditor").get(page).text
    form = as_role("quality_supervisor").get(f"{page}/meet").form()
    assert [form[f"attendees-{n}-user_id"] for n in range(2)] == [ids["sales_clerk"], ids["engineer"]]
    assert (form["department"], form["attendees-2-team_role"]) == ("production", "leader")


def test_a_meeting_is_not_called_for_yesterday(as_role, complaint_in, on):
    complaint = complaint_in("answering", route="meeting", uncalled=True)
    supervisor = as_role("quality_supervisor").step(
        f"/complaints/{complaint.id}/call_meeting",
        meets_at=local(on - timedelta(days=1)),
        meeting_place="会议室",
        department="production",
    )
    assert (supervisor.status, set(supervisor.faults)) == (422, {"meets_at"})


# Countersignatures, dispositions, plan


def test_a_head_countersigns_once_with_the_own_password(as_role, complaint_in, stands):
    complaint = complaint_in("answering", route="meeting", disposed=True)
    page, engineer = f"/complaints/{complaint.id}/countersign", as_role("engineer")
    assert set(engineer.step(page, password="wrong").faults) == {"password"}
    assert engineer.send(page, password=PASSWORD).status == 303
    assert [one.countersigned_at is not None for one in stands(complaint).meeting_book.attendees] == [
        False,
        True,
        False,
    ]
    assert (
        engineer.get(page).status,
        engineer.post(page, version=str(stands(complaint).version), password=PASSWORD).status,
    ) == (403, 403)


@pytest.mark.parametrize(
    "role", ["quality_supervisor", "process_engineer", "sales_clerk", "planner", "auditor"]
)
def test_who_was_not_at_the_meeting_does_not_countersign_it(as_role, complaint_in, stands, role):
    complaint = complaint_in("answering", route="meeting", disposed=True)
    sent = as_role(role).post(
        f"/complaints/{complaint.id}/countersign", version=str(complaint.version), password=PASSWORD
    )
    assert (sent.status, stands(complaint).version) == (403, complaint.version)


def test_an_owner_reports_the_own_disposition_and_not_a_colleagues(as_role, complaint_in, stands):
    complaint = complaint_in("answering", route="meeting", disposed=True)
    page, inspector = f"/complaints/{complaint.id}/do_disposition", as_role("quality_inspector")
    foreign = next(one.id for one in stands(complaint).meeting_book.dispositions if one.place == "finished")
    assert set(inspector.step(page, disposition_id=str(foreign)).faults) == {"disposition_id"}
    assert inspector.step(page, done_note="已报废").status == 303
    assert {one.place: one.done_on is not None for one in stands(complaint).meeting_book.dispositions} == {
        "affected": True,
        "finished": False,
    }


@pytest.mark.parametrize("field", ["disposition_id", "done_on"])
def test_an_owner_says_which_disposition_was_done_and_when(as_role, complaint_in, stands, field):
    complaint = complaint_in("answering", route="meeting", disposed=True)
    inspector = as_role("quality_inspector").step(f"/complaints/{complaint.id}/do_disposition", **{field: ""})
    assert (inspector.status, set(inspector.faults)) == (422, {field})
    assert all(one.done_on is None for one in stands(complaint).meeting_book.dispositions)


@pytest.mark.parametrize("field", RESULT)
def test_a_result_says_what_was_settled_why_and_what_is_done(as_role, complaint_in, stands, field):
    complaint = complaint_in("answering", route="meeting", disposed=True)
    supervisor = as_role("quality_supervisor").step(
        f"/complaints/{complaint.id}/issue_result", **RESULT | {field: " "}
    )
    assert (supervisor.status, set(supervisor.faults), stands(complaint).replies) == (422, {field}, [])


def test_a_person_of_two_departments_says_for_which_they_are_there(
    as_role, complaint_in, app, people, ids, on
):
    complaint = complaint_in("answering", route="meeting")
    with kept(app):
        engineer = db.session.get(User, people["engineer"].id)
        engineer.edit(
            name=engineer.name,
            memberships=[("engineering", "engineer", False), ("process", "process_engineer", False)],
            note=None,
            by=people["administrator"],
            on=on,
        )
    supervisor = as_role("quality_supervisor").step(
        f"/complaints/{complaint.id}/meet", **at_the_meeting(ids) | {"attendees-1-department": ""}
    )
    assert (supervisor.status, supervisor.faults.get("attendees-1-department")) == (422, "代表哪个部门？")


@pytest.mark.parametrize("days", [1, -3])
def test_a_disposition_is_done_neither_tomorrow_nor_before_the_meeting(as_role, complaint_in, on, days):
    complaint = complaint_in("answering", route="meeting", disposed=True)
    inspector = as_role("quality_inspector").step(
        f"/complaints/{complaint.id}/do_disposition", done_on=(day_of(on) + timedelta(days=days)).isoformat()
    )
    assert (inspector.status, set(inspector.faults)) == (422, {"done_on"})


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"plan_due_on": "2026-01-01"}, "plan_due_on"),
        ({"plan_due_on": ""}, "plan_due_on"),
        ({"plan_quantity": "0"}, "plan_quantity"),
        ({"plan_quantity": ""}, "plan_quantity"),
        ({"plan": ""}, "plan"),
    ],
)
def test_a_plan_for_yesterday_or_of_nothing_is_refused(as_role, complaint_in, on, changed, fault):
    complaint = complaint_in("answering", route="meeting", disposed=True, plan_needed=True)
    planner = as_role("planner").step(
        f"/complaints/{complaint.id}/plan",
        **{"plan": "周三重工", "plan_quantity": "40", "plan_due_on": day_of(on).isoformat()} | changed,
    )
    assert (planner.status, set(planner.faults)) == (422, {fault})


def test_the_page_says_what_stands_in_the_way_of_the_close_and_a_hand_made_close_is_refused(
    as_role, complaint_in, stands
):
    complaint = complaint_in("accepted", route="meeting", plan_needed=True, capa=True)
    supervisor = as_role("quality_supervisor").get(f"/complaints/{complaint.id}")
    said = [line.get_text(" ", strip=True) for line in supervisor.soup.select(".ends li")]
    assert [
        any(word in line for line in said) for word in ("CAR-", "发生品", "成品库存", "工程部", "计划部")
    ] == [True] * 5
    sent = supervisor.post(
        f"/complaints/{complaint.id}/close", version=str(complaint.version), password=PASSWORD
    )
    assert (sent.status, stands(complaint).state) == (409, "accepted")


# Samples and talks


def test_a_sample_is_asked_for_arrives_moves_and_goes_back(as_role, complaint_in, stands):
    complaint = complaint_in("analysing")
    page, inspector = f"/complaints/{complaint.id}", as_role("quality_inspector")
    assert inspector.step(f"{page}/request_sample", quantity="2").status == 303
    assert as_role("warehouse_keeper").step(f"{page}/receive_sample", location="收货区 A3").status == 303
    inspector.get(f"{page}/move_sample")
    assert inspector.soup.select_one("fieldset .field-help").get_text().startswith("数量 2 · 到达日期 ")
    assert inspector.step(f"{page}/move_sample", location="品质样品柜").status == 303
    assert "品质样品柜" in inspector.get(page).text
    assert inspector.step(f"{page}/end_sample", sample_end="given_back").status == 303
    sample = stands(complaint).samples[0]
    assert (sample.received_qty, sample.location, sample.sample_end) == (2, "品质样品柜", "given_back")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_says_that_the_limit_stands_still(as_role, complaint_in, on, paused, language):
    complaint = complaint_in("analysing", sample="awaited")
    head = (
        as_role("auditor", language=language)
        .get(f"/complaints/{complaint.id}")
        .soup.select_one(".record-head")
    )
    assert len(head.select(".bi-pause-circle")) == 1
    assert (day_of(on) + timedelta(days=3)).isoformat() in head.text


def test_where_the_limit_runs_on_the_page_says_nothing_of_a_pause(as_role, complaint_in):
    complaint = complaint_in("analysing", sample="awaited")
    assert as_role("auditor").get(f"/complaints/{complaint.id}").soup.select(".bi-pause-circle") == []


def test_a_limit_stands_still_only_until_a_day_that_is_named(as_role, complaint_in, on, paused):
    page = f"/complaints/{complaint_in('analysing').id}/request_sample"
    inspector = as_role("quality_inspector").step(page, quantity="2")
    assert (inspector.status, set(inspector.faults)) == (422, {"expected_on"})
    assert inspector.send(page, expected_on=(day_of(on) + timedelta(days=3)).isoformat()).status == 303


def test_of_two_samples_the_one_that_is_meant_is_chosen(as_role, complaint_in, stands):
    complaint = complaint_in("analysing", sample="awaited")
    page, inspector = f"/complaints/{complaint.id}", as_role("quality_inspector")
    inspector.step(f"{page}/request_sample", quantity="5")
    first, second = (one.id for one in stands(complaint).samples)
    assert set(inspector.step(f"{page}/receive_sample", location="样品柜", received_qty="5").faults) == {
        "sample_id"
    }
    assert inspector.send(f"{page}/receive_sample", sample_id=str(second)).status == 303
    assert {one.id: one.received_qty for one in stands(complaint).samples} == {first: None, second: 5}
    assert inspector.step(
        f"{page}/end_sample", sample_id=str(first), sample_end="scrapped"
    ).faults.keys() == {"sample_end"}


@pytest.mark.parametrize(
    ("step", "sample", "days", "fields", "fault"),
    [
        ("request_sample", None, 1, {"quantity": "2"}, "requested_on"),
        ("request_sample", None, -9, {"quantity": "2"}, "requested_on"),
        ("request_sample", None, 0, {"quantity": "0"}, "quantity"),
        ("request_sample", None, 0, {"quantity": "2", "expected_on": "2026-01-05"}, "expected_on"),
        ("receive_sample", "awaited", 1, {"location": "柜"}, "received_on"),
        ("receive_sample", "awaited", -9, {"location": "柜"}, "received_on"),
        ("receive_sample", "awaited", 0, {"location": "柜", "received_qty": "0"}, "received_qty"),
        ("receive_sample", "awaited", 0, {"location": ""}, "location"),
        ("receive_sample", "awaited", 0, {"location": "柜", "sent_on": "2026-01-05"}, "sent_on"),
        ("end_sample", "here", 1, {"sample_end": "scrapped"}, "ended_on"),
        ("end_sample", "here", -9, {"sample_end": "scrapped"}, "ended_on"),
        ("request_sample", None, 0, {}, "quantity"),
        ("request_sample", None, 0, {"quantity": "2", "requested_on": ""}, "requested_on"),
        ("receive_sample", "awaited", 0, {"location": "柜", "received_on": ""}, "received_on"),
        ("receive_sample", "awaited", 0, {"location": "柜", "received_qty": ""}, "received_qty"),
        ("move_sample", "here", 0, {"location": " "}, "location"),
        ("end_sample", "here", 0, {}, "sample_end"),
        ("end_sample", "here", 0, {"sample_end": "scrapped", "ended_on": ""}, "ended_on"),
        ("end_sample", "here", 0, {"sample_end": "never_came"}, "sample_end"),
        ("end_sample", "awaited", 0, {"sample_end": "given_back"}, "sample_end"),
    ],
)
def test_a_sample_of_nothing_or_of_another_day_is_refused(
    as_role, complaint_in, on, step, sample, days, fields, fault
):
    complaint = complaint_in("analysing", sample=sample)
    day = {
        "request_sample": "requested_on",
        "receive_sample": "received_on",
        "move_sample": "moved_on",
        "end_sample": "ended_on",
    }[step]
    inspector = as_role("quality_inspector").step(
        f"/complaints/{complaint.id}/{step}",
        **{day: (day_of(on) + timedelta(days=days)).isoformat()} | fields,
    )
    assert (inspector.status, fault in inspector.faults) == (422, True)


@pytest.mark.parametrize(("sent", "received", "fault"), [(1, 0, "sent_on"), (0, -1, "received_on")])
def test_a_sample_is_not_sent_tomorrow_nor_here_before_it_was_sent(
    as_role, complaint_in, on, sent, received, fault
):
    complaint = complaint_in("analysing", sample="awaited", on=on - timedelta(days=5))
    days = {
        name: (day_of(on) + timedelta(days=shift)).isoformat()
        for name, shift in (("sent_on", sent), ("received_on", received))
    }
    inspector = as_role("quality_inspector").step(
        f"/complaints/{complaint.id}/receive_sample", location="柜", **days
    )
    assert (inspector.status, fault in inspector.faults) == (422, True)


@pytest.mark.parametrize("field", ["at", "channel", "contact_name", "said"])
def test_a_talk_says_when_how_with_whom_and_what(as_role, complaint_in, stands, field):
    complaint = complaint_in("analysing")
    talk = {"channel": "phone", "contact_name": "王工", "said": "同意寄样"} | {field: ""}
    inspector = as_role("quality_inspector").step(f"/complaints/{complaint.id}/contact", **talk)
    assert (inspector.status, set(inspector.faults), stands(complaint).contacts) == (422, {field}, [])


def test_a_talk_with_the_customer_stands_on_the_page(as_role, complaint_in, on):
    complaint = complaint_in("analysing")
    page, inspector = f"/complaints/{complaint.id}", as_role("quality_inspector")
    assert set(
        inspector.step(
            f"{page}/contact", channel="phone", said="同意寄样", at=local(on + timedelta(hours=1))
        ).faults
    ) == {"at"}
    assert set(inspector.send(f"{page}/contact", at=local(on - timedelta(hours=3))).faults) == {"at"}
    assert inspector.send(f"{page}/contact", at=local(on)).status == 303
    assert "同意寄样" in inspector.get(page).text


# What recurs


@pytest.mark.both_databases
def test_a_repeat_proposes_the_meeting_and_another_way_needs_its_reason(as_role, complaint_in, stands, on):
    first = complaint_in("closed", on=on - timedelta(days=60))
    again = complaint_in("analysing")
    page, inspector = f"/complaints/{again.id}", as_role("quality_inspector")
    assert set(inspector.step(f"{page}/confirm", **CONFIRMED, route="occasional").faults) == {"route_reason"}
    assert first.number in inspector.soup.select_one("#like").get_text()
    assert inspector.send(f"{page}/confirm", **CONFIRMED, route_reason="同批货,已补发").status == 303
    now = stands(again)
    assert (now.repeat_of_id, now.proposed_route, now.route) == (first.id, "meeting", "occasional")
    assert first.number in inspector.get(page).soup.select_one("#block-B").get_text()
    assert [
        row.select_one("th").get_text().count("重复投诉")
        for row in inspector.get("/complaints/?route=repeat").soup.select("tbody tr")
    ] == [1]


def test_the_same_defect_at_another_customer_is_a_hint_alone(as_role, complaint_in, app, people, stands, on):
    from cs.models.customers import Customer

    with kept(app):
        other = Customer.create(
            by=people["sales_clerk"],
            on=on,
            short_name="远声",
            full_name="深圳远声电子有限公司",
            customer_type="oem",
            contacts=[{"name": "李工", "phone": "13900139000"}],
        )
    elsewhere = complaint_in("closed", on=on - timedelta(days=60), customer_id=other.id)
    complaint = complaint_in("analysing")
    asked = "defect_code=FUN.no_sound&liability=ours&finding=confirmed&severity=minor&nature=sporadic"
    inspector = as_role("quality_inspector").get(f"/complaints/{complaint.id}/like?{asked}")
    assert [word in inspector.text for word in (elsewhere.number, "远声", "5.2.2.3")] == [True, True, False]
    assert inspector.soup.select(".message-warning") == []
    assert (
        inspector.step(f"/complaints/{complaint.id}/confirm", **CONFIRMED, route="occasional").status == 303
    )
    assert (stands(complaint).repeat_of_id, stands(complaint).proposed_route) == (None, "occasional")


def test_what_is_asked_of_like_cases_may_be_nonsense(as_role, complaint_in):
    complaint = complaint_in("analysing")
    auditor: Browser = as_role("auditor")
    assert [
        auditor.get(f"/complaints/{number}/like?{asked}").status
        for number, asked in (
            (complaint.id, ""),
            (complaint.id, "defect_code=x&product_id=9999999999999999999999"),
            (999, ""),
            (complaint.id, "liability=nobody&finding=x&severity=x&nature=x&defect_code=..."),
        )
    ] == [200, 200, 404, 200]


def test_a_meeting_is_moved_to_another_time_with_a_reason_and_calls_its_heads_again(
    as_role, complaint_in, on, stands
):
    complaint = complaint_in("answering", route="meeting")
    page, engineer = f"/complaints/{complaint.id}", as_role("engineer")
    assert engineer.step(f"{page}/acknowledge_call").status == 303
    supervisor = as_role("quality_supervisor").step(f"{page}/move_meeting", reason="改期")
    assert (supervisor.status, set(supervisor.faults)) == (422, {"meets_at"})  # nothing is moved
    later = (on + timedelta(days=1)).astimezone(ZoneInfo("Asia/Shanghai")).strftime("%Y-%m-%dT%H:%M")
    supervisor.step(f"{page}/move_meeting", meets_at=later, reason=" ")
    assert (supervisor.status, set(supervisor.faults)) == (422, {"reason"})
    supervisor.step(f"{page}/move_meeting", meets_at=later, reason="客户改期")
    assert (supervisor.status, complaint.number in engineer.get("/").text) == (303, True)
    assert engineer.step(f"{page}/acknowledge_call").status == 303
