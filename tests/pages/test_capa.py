"""The pages of a CAR (5.2.2.5, 5.4.6, DC-FM-04): the whole way by forms, what a form refuses beside its
field, the list, the picture, the register."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from xml.etree import ElementTree

import pytest

from cs.extensions import db
from cs.models.capa.capa import Capa
from cs.models.complaints.complaint import Complaint
from cs.models.customers import Customer
from cs.records.attachments import Attachment
from cs.records.users import User
from tests import grid
from tests.capas import Capas
from tests.support import (
    PASSWORD,
    UNTIL_EFFECTIVE,
    Browser,
    day_of,
    kept,
    loaded,
    picture,
    report_a_week_earlier,
    request_id,
    upload,
)
from tests.tables import CAPA, CAPA_SITUATIONS, ROLES

CAUSE = {
    "occurrence_cause": "烙铁温度偏低",
    "escape_cause": "只测左声道",
    "cause_class": "machine",
    "why_occurrence_1": "焊点虚焊",
    "why_occurrence_2": "温度偏低",
    "why_escape_1": "未检出",
    "why_escape_2": "只测左声道",
    "proven_occurrence_2": "y",
    "proven_escape_2": "y",
    "cause_verification": "温度调回后 200 只无虚焊",
    "cause_verified_by": "工艺甲",
}
ISSUED = {"source": "internal", "source_no": "IQC-118", "problem": "右声道无声", "department": "production"}
PROOF = {"verification_method": "下三批", "verification_data": "三批共 600 只,无不良", "password": PASSWORD}
SAMPLE = ("sales_clerk", "quality_supervisor", "production_operator", "auditor")  # on the second database


@pytest.fixture
def capa_in(app, people, on):
    """capa_in(state, owners=, **fields): a CAR of production brought there through the verbs, committed."""
    capas, made = Capas(people, on), []

    def make(state, **options):
        with kept(app):
            made.append(capas(state, **options))
        return made[-1]

    return make


@pytest.fixture
def stands(app):
    """stands(capa): the record as it is in the database now."""
    return lambda capa: loaded(app, Capa, capa.id)


@pytest.fixture
def today(on):
    return day_of(on)


def measure(people, on, role="production_operator", place=0, **values):
    fields = {
        "action_kind": "corrective",
        "content": "每两小时点检",
        "owner_id": str(people[role].id),
        "planned_on": day_of(on).isoformat(),
    } | values
    return {f"actions-{place}-{name}": value for name, value in fields.items()}


# The whole way


def test_a_car_goes_from_its_issuer_to_the_proof(as_role, people, on, app):
    inspector, manager, operator = (
        as_role(role) for role in ("quality_inspector", "production_manager", "production_operator")
    )
    assert inspector.step("/capa/new", **ISSUED).status == 303
    page = inspector.location
    assert manager.step(f"{page}/analyse", **CAUSE).location == page
    assert manager.step(f"{page}/set_measures", **measure(people, on)).location == page
    assert operator.step(f"{page}/do_action", done_note="已执行", files=upload(picture())).location == page
    assert set(inspector.step(f"{page}/verify", **PROOF).faults) == {"period_to"}
    report_a_week_earlier(app)
    assert inspector.step(f"{page}/verify", **PROOF).location == page
    capa = loaded(app, Capa, 1)
    assert (capa.state, capa.number[:3], capa.verifications[0].effect) == ("verified", "CAR", "effective")


def test_without_effect_it_goes_round_again_and_shows_both_rounds(as_role, capa_in, stands):
    capa = capa_in("carried_out")
    inspector = as_role("quality_inspector")
    assert inspector.step(f"/capa/{capa.id}/reopen", **PROOF).status == 303
    assert (stands(capa).round, stands(capa).state) == (2, "issued")
    assert (
        as_role("production_manager")
        .step(f"/capa/{capa.id}/analyse", **(CAUSE | {"occurrence_cause": "锡丝受潮"}))
        .status
        == 303
    )
    page = inspector.get(f"/capa/{capa.id}")
    folded = page.soup.select("details.fold:not([id]):not([open])")
    assert (
        "锡丝受潮" in page.text,
        [("烙铁温度偏低" in one.text, "锡丝受潮" in one.text) for one in folded],
    ) == (True, [(True, False)])


@pytest.mark.parametrize(
    ("state", "unfolded"),
    [("issued", "A"), ("analysed", "D"), ("measures_set", "E"), ("carried_out", "E"), ("verified", "G")],
)
def test_the_page_unfolds_the_part_on_which_the_work_is(as_role, capa_in, state, unfolded):
    blocks = as_role("auditor").get(f"/capa/{capa_in(state).id}").soup.select("details.block[id]")
    assert [block["id"] for block in blocks if block.has_attr("open")] == [f"block-{unfolded}"]


# Issuing


def test_from_a_complaint_its_problem_customer_and_number_are_filled_in(as_role, complaint_in, app):
    complaint = complaint_in("answering")
    clerk = as_role("sales_clerk").get(f"/capa/new?complaint={complaint.id}")
    fields = clerk.form()
    assert (fields["source"], fields["source_no"], fields["customer_id"]) == (
        "complaint",
        complaint.number,
        "1",
    )
    assert fields["problem"] == f"{complaint.description}\n{complaint.analysis}"
    assert clerk.send("/capa/new", department="production").status == 303
    assert (loaded(app, Capa, 1).complaint_id, loaded(app, Capa, 1).led_by_process) == (complaint.id, False)


def test_the_tick_for_process_engineering_is_set_for_a_chronic_complaint_and_cannot_be_cleared(
    as_role, complaint_in, app
):
    complaint = complaint_in("answering")
    with kept(app):
        db.session.get(Complaint, complaint.id).nature = "chronic"
    clerk = as_role("sales_clerk").get(f"/capa/new?complaint={complaint.id}")
    tick = clerk.soup.select_one("[name=led_by_process]")
    assert (tick.has_attr("checked"), tick.has_attr("disabled")) == (True, True)
    assert clerk.send("/capa/new", department="production").status == 303
    assert loaded(app, Capa, 1).led_by_process is True
    tick = clerk.get("/capa/1/amend").soup.select_one("[name=led_by_process]")
    assert (tick.has_attr("checked"), tick.has_attr("disabled")) == (True, True)
    assert clerk.send("/capa/1/amend", department="planning").status == 303
    assert (loaded(app, Capa, 1).led_by_process, loaded(app, Capa, 1).department) == (True, "planning")


@pytest.mark.parametrize("asked", ["0", "99", "x", "²", "99999999999999999999", "-1", ""])
def test_a_complaint_that_is_none_fills_nothing_in(as_role, asked):
    clerk = as_role("sales_clerk").get(f"/capa/new?complaint={asked}")
    assert (clerk.status, clerk.form()["source_no"], clerk.form()["problem"]) == (200, "", "")


@pytest.mark.both_databases
def test_a_form_sent_twice_issues_one_car(as_role, app):
    clerk = as_role("sales_clerk").get("/capa/new")
    fields = clerk.form() | ISSUED | {"request_id": request_id()}
    first, second = clerk.post("/capa/new", fields).location, clerk.post("/capa/new", fields).location
    with app.app_context():
        assert (first, second, db.session.query(Capa).count()) == ("/capa/1", "/capa/1", 1)


@pytest.mark.parametrize(
    ("fields", "faults"),
    [
        ({"problem": "  "}, {"problem"}),
        ({"department": ""}, {"department"}),
        ({"department": "nowhere"}, {"department"}),
        ({"source": ""}, {"source"}),
        ({"source": "rumour"}, {"source"}),
        ({"due_on": ""}, {"due_on"}),
        ({"due_on": "2020-01-01"}, {"due_on"}),
        ({"source": "complaint", "source_no": ""}, {"source_no"}),
        ({"source": "complaint", "source_no": "CC-209901-0001"}, {"source_no"}),
        ({"customer_id": "77"}, {"customer_id"}),
    ],
)
def test_issuing_refuses_beside_the_field(as_role, fields, faults, app):
    clerk = as_role("sales_clerk").step("/capa/new", **(ISSUED | fields))
    with app.app_context():
        assert (clerk.status, set(clerk.faults), db.session.query(Capa).count()) == (422, faults, 0)


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        ("received", 0),
        ("analysing", 1),
        ("answering", 1),
        ("awaiting_customer", 1),
        ("accepted", 1),
        ("closed", 0),
        ("void", 0),
    ],
)
@pytest.mark.sqlite
def test_the_page_of_a_complaint_leads_to_its_car_while_it_is_in_hand(as_role, complaint_in, state, offered):
    complaint = complaint_in(state)
    shown = {
        role: len(
            as_role(role)
            .get(f"/complaints/{complaint.id}")
            .soup.select(f'a[href="/capa/new?complaint={complaint.id}"]')
        )
        for role in ("quality_inspector", "sales_clerk", "planner", "auditor")
    }
    assert shown == {"quality_inspector": offered, "sales_clerk": offered, "planner": 0, "auditor": 0}


def test_the_page_of_a_complaint_says_how_far_its_cars_are(as_role, complaint_in, capa_in, on, today):
    complaint = complaint_in("answering")
    for state in ("issued", "verified"):
        capa_in(state, source="complaint", complaint_id=complaint.id)
    block = as_role("auditor").get(f"/complaints/{complaint.id}").soup.select_one("#block-D")
    rows = [
        [cell.get_text(" ", strip=True) for cell in row.select("th, td")] for row in block.select("tbody tr")
    ]
    assert [(row[0], row[2], row[3]) for row in rows] == [
        (f"CAR-{on.year}-001", "生产部", "待分析"),
        (f"CAR-{on.year}-002", "生产部", "已验证结案"),
    ]
    assert [(today + timedelta(days=3)).isoformat() in row[4] for row in rows] == [True, False]


@pytest.mark.parametrize("state", ["passed_on", "declined", "received", "closed", "void"])
def test_a_complaint_that_is_not_in_hand_gets_no_car(as_role, complaint_in, state):
    number = complaint_in(state).number
    assert as_role("sales_clerk").step(
        "/capa/new", **(ISSUED | {"source": "complaint", "source_no": number})
    ).faults.keys() == {"source_no"}


def test_a_car_is_not_issued_to_another_customer_than_the_complaints(as_role, complaint_in, people, app, on):
    number = complaint_in("answering").number
    with kept(app):
        other = Customer.create(
            by=people["sales_clerk"],
            on=on,
            short_name="远声",
            full_name="深圳远声电子有限公司",
            customer_type="oem",
            contacts=[{"name": "李工", "phone": "13900139000"}],
        )
    fields = ISSUED | {"source": "complaint", "source_no": number, "customer_id": str(other.id)}
    assert as_role("sales_clerk").step("/capa/new", **fields).faults.keys() == {"customer_id"}


def test_a_department_where_nobody_works_gets_no_car(as_role, people, app, on):
    with kept(app):
        User.by_username("planner").leave(reason=None, by=User.by_username("administrator"), on=on)
    assert as_role("sales_clerk").step(
        "/capa/new", **(ISSUED | {"department": "planning"})
    ).faults.keys() == {"department"}


def test_amending_keeps_a_day_that_is_over_but_takes_no_new_one(as_role, capa_in, on, stands, today):
    capa = capa_in("issued", on=on - timedelta(days=9))
    clerk = as_role("sales_clerk")
    assert clerk.step(
        f"/capa/{capa.id}/amend", due_on=(today - timedelta(days=1)).isoformat()
    ).faults.keys() == {"due_on"}
    assert clerk.step(f"/capa/{capa.id}/amend", problem="左声道无声").status == 303
    assert (stands(capa).problem, stands(capa).due_on) == ("左声道无声", capa.due_on)


# The analysis


@pytest.mark.parametrize(
    ("fields", "faults"),
    [
        ({"occurrence_cause": ""}, {"occurrence_cause"}),
        ({"escape_cause": ""}, {"escape_cause"}),
        ({"cause_class": "weather"}, {"cause_class"}),
        ({"cause_class": ""}, {"cause_class"}),
        (
            {"bones-0-cause": "新员工", "bones-0-cause_class": "", "bones-0-is_root": "y"},
            {"bones-0-cause_class"},
        ),
        ({"why_occurrence_2": ""}, {"why_occurrence_2"}),
        ({"why_escape_1": "", "why_escape_2": " "}, {"why_escape_1"}),
        ({"proven_occurrence_2": None}, {"why_occurrence_2"}),  # the last answer is a guess
        ({"proven_escape_2": None, "proven_escape_1": "y"}, {"why_escape_2"}),
        ({"why_escape_3": "未写入标准"}, {"why_escape_3"}),  # asked once more: now that is the cause
        ({"cause_verification": " "}, {"cause_verification"}),
        ({"cause_verified_by": ""}, {"cause_verified_by"}),
        ({"bones-0-cause": "新员工"}, {"bones"}),
        (
            {"bones-0-cause": "新员工", "bones-0-cause_class": "supplier", "bones-0-is_root": "y"},
            {"bones-0-cause_class"},
        ),
    ],
)
def test_an_analysis_that_does_not_hold_is_refused_beside_the_field(as_role, capa_in, stands, fields, faults):
    capa = capa_in("issued")
    manager = as_role("production_manager").step(f"/capa/{capa.id}/analyse", **(CAUSE | fields))
    found = set(manager.faults) | ({"bones"} if manager.soup.select("#bones .field-error") else set())
    assert (manager.status, found - {""}, stands(capa).state) == (422, faults, "issued")


def test_how_the_cause_was_proven_and_by_whom_stands_on_the_page(as_role, capa_in, stands):
    capa = capa_in("issued")
    manager = as_role("production_manager")
    assert manager.step(f"/capa/{capa.id}/analyse", **CAUSE, proven_escape_1="y").status == 303
    assert [(why.cause_kind, why.why_no) for why in stands(capa).whys if why.proven] == [
        ("occurrence", 2),
        ("escape", 1),
        ("escape", 2),
    ]
    page = manager.get(f"/capa/{capa.id}")
    assert (
        "温度调回后 200 只无虚焊" in page.text,
        "工艺甲" in page.text,
        len(page.soup.select(".why-proven")),
    ) == (True, True, 3)


def test_the_system_cause_is_asked_for_a_major_complaint(as_role, complaint_in, capa_in):
    capa = capa_in("issued", source="complaint", complaint_id=complaint_in("answering").id)
    manager = as_role("production_manager")
    assert manager.step(f"/capa/{capa.id}/analyse", **CAUSE).faults.keys() == {"system_cause"}
    assert (
        manager.step(f"/capa/{capa.id}/analyse", **(CAUSE | {"system_cause": "未写入控制计划"})).status == 303
    )


def test_a_row_more_keeps_what_was_typed(as_role, capa_in, stands):
    capa = capa_in("issued")
    manager = as_role("production_manager").step(
        f"/capa/{capa.id}/analyse", **(CAUSE | {"bones-1-cause": "温度偏低", "more_rows": "1"})
    )
    assert (manager.form()["bones-1-cause"], manager.form()["why_escape_2"], stands(capa).state) == (
        "温度偏低",
        "只测左声道",
        "issued",
    )


def test_the_button_for_a_row_more_answers_only_the_responsible_department(as_role, capa_in):
    capa = capa_in("issued")
    pressed = as_role("planner").post(f"/capa/{capa.id}/analyse", **(CAUSE | {"more_rows": "1"}))
    assert pressed.status == 403


def test_what_was_sent_back_is_filled_in_again(as_role, capa_in):
    capa = capa_in("analysed")
    assert (
        as_role("quality_inspector").step(f"/capa/{capa.id}/send_back", reason="流出原因不成立").status == 303
    )
    manager = as_role("production_manager").get(f"/capa/{capa.id}")
    assert "流出原因不成立" in manager.text
    fields = manager.get(f"/capa/{capa.id}/analyse").form()
    assert (fields["why_occurrence_2"], fields["bones-0-cause"], fields.get("bones-0-is_root")) == (
        "温度偏低",
        "烙铁温度偏低",
        "y",
    )
    assert (
        fields.get("proven_occurrence_1"),
        fields.get("proven_occurrence_2"),
        fields["cause_verified_by"],
    ) == (None, "y", "工艺甲")


def test_sending_back_needs_its_reason(as_role, capa_in):
    capa = capa_in("measures_set")
    assert as_role("quality_inspector").step(f"/capa/{capa.id}/send_back", reason="").faults.keys() == {
        "reason"
    }


# The measures


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"planned_on": "2020-01-01"}, "actions-0-planned_on"),  # an action due before it is issued
        ({"planned_on": ""}, "actions-0-planned_on"),
        ({"content": ""}, "actions-0-content"),
        ({"owner_id": ""}, "actions-0-owner_id"),
        ({"owner_id": "999"}, "actions-0-owner_id"),
        ({"owner_id": "x"}, "actions-0-owner_id"),
        ({"action_kind": ""}, "actions-0-action_kind"),
        ({"action_kind": "hope"}, "actions-0-action_kind"),
    ],
)
def test_a_measure_that_does_not_hold_is_refused_beside_its_field(
    as_role, capa_in, people, on, stands, values, fault
):
    capa = capa_in("analysed")
    manager = as_role("production_manager").step(
        f"/capa/{capa.id}/set_measures", **measure(people, on, **values)
    )
    assert (manager.status, fault in manager.faults, stands(capa).state) == (422, True, "analysed")


@pytest.mark.parametrize("kinds", [(), ("containment",), ("containment", "preventive")])
def test_without_a_corrective_measure_nothing_is_set(as_role, capa_in, people, on, stands, kinds):
    capa = capa_in("analysed")
    fields = {
        name: value
        for place, kind in enumerate(kinds)
        for name, value in measure(people, on, place=place, action_kind=kind).items()
    }
    manager = as_role("production_manager").step(f"/capa/{capa.id}/set_measures", **fields)
    assert (manager.status, len(manager.soup.select("#actions .field-error")), stands(capa).state) == (
        422,
        1,
        "analysed",
    )


def test_a_corrective_measure_that_is_done_counts_when_measures_are_set_again(as_role, capa_in, people, on):
    page = f"/capa/{capa_in('measures_set', owners=('production_operator', 'planner')).id}"
    manager = as_role("production_manager")
    evidence = upload(picture())
    as_role("production_operator").step(f"{page}/do_action", done_note="已执行", files=evidence)
    as_role("quality_inspector").step(f"{page}/send_back", reason="流出原因不成立")
    manager.step(f"{page}/analyse", **CAUSE)
    manager.step(f"{page}/set_measures", **measure(people, on, "planner", action_kind="preventive"))
    assert manager.status == 303, manager.faults


def test_who_has_left_owns_no_new_measure(as_role, capa_in, people, on, app):
    capa = capa_in("analysed")
    with kept(app):
        User.by_username("planner").leave(reason=None, by=User.by_username("administrator"), on=on)
    manager = as_role("production_manager").step(
        f"/capa/{capa.id}/set_measures", **measure(people, on, role="planner")
    )
    assert "actions-0-owner_id" in manager.faults


def test_documents_and_read_across_stand_on_the_page(as_role, capa_in, people, on, stands):
    capa = capa_in("analysed")
    manager = as_role("production_manager")
    assert (
        manager.step(
            f"/capa/{capa.id}/set_measures",
            documents=["pfmea", "training"],
            read_across="同线产品",
            **measure(people, on),
        ).status
        == 303
    )
    assert stands(capa).documents_changed == ["pfmea", "training"]
    assert ("PFMEA、培训" in manager.get(f"/capa/{capa.id}").text, "同线产品" in manager.text) == (True, True)


# Carrying out


def test_an_owner_chooses_among_their_own_open_actions_and_adds_the_evidence(
    as_role, capa_in, people, stands, app
):
    capa = capa_in("measures_set", owners=("production_operator", "planner", "production_operator"))
    mine = [action.id for action in capa.actions if action.owner_id == people["production_operator"].id]
    operator = as_role("production_operator").get(f"/capa/{capa.id}/do_action")
    assert [int(one["value"]) for one in operator.soup.select("input[name=action_id]")] == mine
    assert (
        operator.send(
            f"/capa/{capa.id}/do_action",
            action_id=str(mine[1]),
            done_note="已点检",
            files=upload(picture(), "点检表.jpg"),
        ).status
        == 303
    )
    assert {action.id: action.done_on is not None for action in stands(capa).actions} == {
        mine[0]: False,
        mine[0] + 1: False,
        mine[1]: True,
    }
    row = next(
        row
        for row in operator.get(f"/capa/{capa.id}").soup.select("#block-E tbody tr")
        if "已点检" in row.text
    )
    assert "点检表.jpg" in row.text


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"done_note": ""}, "done_note"),
        ({"done_on": ""}, "done_on"),
        ({"done_on": "2020-01-01"}, "done_on"),
        ({"done_on": "2099-01-01"}, "done_on"),
        ({"action_id": "999"}, "action_id"),
        ({"action_id": "x"}, "action_id"),
        ({"action_id": None}, "action_id"),
        ({"files": None}, "files"),
        ({"files": b""}, "files"),
    ],
)
def test_an_action_without_its_proof_is_not_done(as_role, capa_in, stands, fields, fault):
    capa = capa_in("measures_set")
    sent = {"done_note": "已执行", "files": picture()} | fields
    sent["files"] = upload(sent["files"]) if sent["files"] is not None else None
    operator = as_role("production_operator").step(f"/capa/{capa.id}/do_action", **sent)
    assert (operator.status, list(operator.faults), stands(capa).state) == (422, [fault], "measures_set")


def test_a_colleagues_action_is_not_mine_to_do(as_role, capa_in, people, stands):
    capa = capa_in("measures_set", owners=("production_operator", "planner"))
    planners = next(action.id for action in capa.actions if action.owner_id == people["planner"].id)
    operator = as_role("production_operator").step(
        f"/capa/{capa.id}/do_action", action_id=str(planners), done_note="已执行", files=upload(picture())
    )
    assert (list(operator.faults), all(action.done_on is None for action in stands(capa).actions)) == (
        ["action_id"],
        True,
    )


def test_an_action_of_one_who_left_waits_for_the_department_and_goes_to_another(
    as_role, capa_in, people, on, app, stands, today
):
    capa = capa_in("measures_set")
    with kept(app):
        User.by_username("production_operator").leave(
            reason=None, by=User.by_username("administrator"), on=on
        )
    manager = as_role("production_manager").get("/")
    assert capa.number in manager.text
    assert "已离职" in manager.get(f"/capa/{capa.id}").text or "has left" in manager.text
    assert manager.step(
        f"/capa/{capa.id}/reassign", owner_id=str(people["planner"].id), planned_on="2020-01-01"
    ).faults.keys() == {"planned_on"}
    assert manager.step(f"/capa/{capa.id}/reassign", owner_id=str(people["planner"].id)).status == 303
    assert (stands(capa).actions[0].owner_id, capa.number in as_role("planner").get("/").text) == (
        people["planner"].id,
        True,
    )


# Proof


@pytest.mark.parametrize(
    ("step", "field"),
    [("verify", "period_from"), ("verify", "period_to"), ("reopen", "period_from"), ("reopen", "due_on")],
)
def test_a_proof_names_its_days(as_role, capa_in, on, stands, step, field):
    capa = capa_in("carried_out", on=on - UNTIL_EFFECTIVE)
    inspector = as_role("quality_inspector").step(f"/capa/{capa.id}/{step}", **PROOF | {field: ""})
    assert (list(inspector.faults), stands(capa).state) == ([field], "carried_out")


@pytest.mark.parametrize("field", ["owner_id", "planned_on"])
def test_another_owner_is_named_with_a_day(as_role, capa_in, people, stands, field):
    capa = capa_in("measures_set")
    fields = {"owner_id": str(people["planner"].id)} | {field: ""}
    manager = as_role("production_manager").step(f"/capa/{capa.id}/reassign", **fields)
    assert (list(manager.faults), stands(capa).actions[0].owner_id) == (
        [field],
        people["production_operator"].id,
    )


@pytest.mark.parametrize("step", ["verify", "reopen"])
@pytest.mark.parametrize(
    ("first", "last", "fault"), [(-1, 0, "period_from"), (0, 1, "period_to"), (1, 0, "period_to")]
)
def test_the_period_lies_after_the_measures_and_not_ahead(
    as_role, capa_in, on, today, stands, step, first, last, fault
):
    capa = capa_in("carried_out", on=on - UNTIL_EFFECTIVE)
    begins = {"period_from": today - UNTIL_EFFECTIVE, "period_to": today}
    if fault == "period_to" and first:
        begins["period_from"] = today  # ends before it begins
    days = {
        name: (begins[name] + timedelta(days=shift)).isoformat()
        for name, shift in (("period_from", first), ("period_to", last))
    }
    inspector = as_role("quality_inspector").step(f"/capa/{capa.id}/{step}", **(PROOF | days))
    assert (list(inspector.faults), stands(capa).state) == ([fault], "carried_out")


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"verification_method": ""}, "verification_method"),
        ({"verification_data": ""}, "verification_data"),
        ({"password": "wrong"}, "password"),
        ({"password": ""}, "password"),
    ],
)
def test_a_proof_says_how_by_what_and_is_signed(as_role, capa_in, on, stands, fields, fault):
    capa = capa_in("carried_out", on=on - UNTIL_EFFECTIVE)
    assert list(as_role("quality_inspector").step(f"/capa/{capa.id}/verify", **(PROOF | fields)).faults) == [
        fault
    ]
    assert (stands(capa).state, stands(capa).verifications) == ("carried_out", [])


def test_nothing_is_verified_before_the_measures_are_carried_out(as_role, capa_in, stands, today):
    capa = capa_in("measures_set")
    fields = PROOF | {
        "period_from": today.isoformat(),
        "period_to": today.isoformat(),
        "version": str(capa.version),
    }
    assert as_role("quality_inspector").post(f"/capa/{capa.id}/verify", fields).status == 409
    assert stands(capa).state == "measures_set"


def test_a_new_round_is_due_from_today_on(as_role, capa_in):
    capa = capa_in("carried_out")
    assert list(
        as_role("quality_inspector")
        .step(f"/capa/{capa.id}/reopen", **(PROOF | {"due_on": "2020-01-01"}))
        .faults
    ) == ["due_on"]


def test_a_complaint_is_not_closed_by_a_hand_made_request_while_its_car_is_open(
    as_role, complaint_in, capa_in, on, app
):
    complaint = complaint_in("accepted")
    capa_in("carried_out", on=on - UNTIL_EFFECTIVE, source="complaint", complaint_id=complaint.id)
    supervisor = as_role("quality_supervisor")
    fields = {"version": str(complaint.version), "password": PASSWORD, "closing_note": "好了"}
    assert supervisor.post(f"/complaints/{complaint.id}/close", fields).status == 409
    assert supervisor.step("/capa/1/verify", **PROOF).status == 303
    assert supervisor.post(f"/complaints/{complaint.id}/close", fields).status == 303
    assert loaded(app, Complaint, complaint.id).state == "closed"


# Whose step it is


@pytest.fixture
def browsers(app, database):
    return {role: Browser(app, role) for role in (ROLES if database == "sqlite" else SAMPLE)}


@pytest.mark.parametrize("situation", CAPA_SITUATIONS, ids=lambda one: one.name)
def test_a_cars_steps_answer_each_role_as_the_clauses_say(browsers, capa_in, situation, stands):
    capa = capa_in(situation.state)
    grid.compare(
        browsers,
        f"/capa/{capa.id}",
        [row for row in CAPA if not row.creates],
        situation,
        lambda _row, _browser: {"version": str(capa.version), "password": "wrong"},
    )
    assert stands(capa).version == capa.version


def test_a_new_car_is_issued_by_whom_the_clauses_name(browsers):
    row = next(row for row in CAPA if row.creates)
    statuses = {
        role: (browser.get("/capa/new").status, browser.post("/capa/new").status)
        for role, browser in browsers.items()
    }
    assert statuses == {role: (200, 422) if role in row.roles else (403, 403) for role in browsers}


# The list


def numbers(browser) -> list[str]:
    return [link.get_text(strip=True) for link in browser.soup.select("#rows tbody .row-link")]


@pytest.mark.both_databases
def test_the_list_is_narrowed_by_state_department_source_and_lateness(as_role, capa_in, on):
    late = capa_in("issued", on=on - timedelta(days=20), source="visit", department="production").number
    open_one, ended = capa_in("analysed", department="production").number, capa_in("verified").number
    auditor = as_role("auditor")
    asked = {
        "": [ended, open_one, late],
        "state=open": [open_one, late],
        "state=verified": [ended],
        "due=late": [late],
        "due=waiting": [open_one],
        "source=visit": [late],
        "department=planning": [],
        "q=IQC": [ended, open_one, late],
        "q=CAR-2": [ended, open_one, late],
        "q=没有": [],
    }
    assert {query: sorted(numbers(auditor.get(f"/capa/?{query}"))) for query in asked} == {
        query: sorted(found) for query, found in asked.items()
    }
    assert "逾期" in auditor.get("/capa/?due=late").text


def test_an_empty_list_offers_to_issue_one_to_who_may(as_role):
    assert [link["href"] for link in as_role("sales_clerk").get("/capa/").soup.select("#rows a")] == [
        "/capa/new"
    ]
    assert as_role("auditor").get("/capa/").soup.select("a[href='/capa/new']") == []


@pytest.mark.both_databases
@pytest.mark.parametrize("sort", ["newest", "oldest", "due", "number"])
def test_the_list_pages_by_key_without_losing_a_row(as_role, capa_in, app, sort):
    made = {
        capa_in(state).number
        for state in ("issued", "analysed", "measures_set", "carried_out", "verified", "void", "issued")
    }
    app.config["CS_PAGE_ROWS"] = 2
    auditor, seen = as_role("auditor").get(f"/capa/?sort={sort}"), []
    for _ in range(4):
        seen += numbers(auditor)
        following = [
            link["href"] for link in auditor.soup.select("#rows a[href]") if "after=" in link["href"]
        ]
        if following:
            auditor.get(following[0])
    assert (len(seen), set(seen)) == (7, made)


def test_a_longer_list_costs_no_more_queries(as_role, capa_in, count_queries):
    auditor = as_role("auditor")
    auditor.get("/capa/")

    def cost():
        with count_queries() as ran:
            assert auditor.get("/capa/").status == 200
        return len(ran)

    capa_in("measures_set")
    one = cost()
    for _ in range(6):
        capa_in("measures_set")
    assert cost() == one


# The picture and the page


def test_the_fishbone_is_a_drawn_picture_with_the_root_marked_and_texts_escaped(as_role, capa_in, app):
    capa = capa_in("issued")
    manager = as_role("production_manager")
    bones = {
        "bones-0-cause": "<script>alert(1)</script>",
        "bones-1-cause": "烙铁温度偏低",
        "bones-1-is_root": "y",
    }
    assert manager.step(f"/capa/{capa.id}/analyse", **(CAUSE | bones)).status == 303
    answer = manager.get(f"/capa/{capa.id}/fishbone.svg").response
    tree = ElementTree.fromstring(answer.data)
    texts = ["".join(text.itertext()) for text in tree.iter("{http://www.w3.org/2000/svg}text")]
    assert (answer.mimetype, [text for text in texts if "★" in text]) == (
        "image/svg+xml",
        ["★ 烙铁温度偏低(根本原因)"],
    )
    assert (
        b"<script" in answer.data,
        b"style=" in answer.data,
        {"人", "机", "料", "法", "环", "测"} <= set(texts),
    ) == (False, False, True)


def test_a_round_without_a_fishbone_has_no_picture(as_role, capa_in):
    capa = capa_in("issued")
    auditor = as_role("auditor")
    assert [
        auditor.get(f"/capa/{capa.id}/fishbone.svg{asked}").status
        for asked in ("", "?round=7", "?round=x", "?round=99999")
    ] == [404] * 4
    assert auditor.get("/capa/99/fishbone.svg").status == 404
    assert auditor.get(f"/capa/{capa.id}").soup.select("img[src*=fishbone]") == []


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("situation", CAPA_SITUATIONS, ids=lambda one: one.name)
def test_the_page_reads_in_the_order_of_the_sheet(as_role, capa_in, situation, language):
    page = as_role("auditor", language=language).get(f"/capa/{capa_in(situation.state).id}")
    shown = [block["id"] for block in page.soup.select(".record-main details[id^=block-]")]
    expected = {"issued": 1, "void": 1, "analysed": 2, "measures_set": 3, "carried_out": 3, "verified": 4}[
        situation.state
    ]
    assert (page.status, shown) == (200, ["block-A", "block-D", "block-E", "block-G"][:expected])


def test_files_of_a_car_are_added_and_counted(as_role, capa_in, app):
    capa = capa_in("issued")
    assert (
        as_role("production_manager").step(f"/files/capa/{capa.id}/add", files=upload(picture())).status
        == 303
    )
    with app.app_context():
        assert [file.step for file in Attachment.of(db.session.get(Capa, capa.id))] == ["attach"]


# The register DC-FM-04


def register(browser, query="") -> list[dict[str, str]]:
    data = browser.get(f"/reports/capa.csv{query}").response.data
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def test_the_register_has_a_line_for_each_measure(as_role, capa_in, on):
    capa = capa_in("measures_set", owners=("production_operator", "planner"), on=on - timedelta(days=5))
    waiting = capa_in("issued")
    lines = register(as_role("auditor"))
    assert [(line["CAR编号"], line["责任人"], line["逾期天数"]) for line in lines] == [
        (capa.number, "生产作业员甲", "5"),
        (capa.number, "计划员甲", "5"),
        (waiting.number, "/", "/"),
    ]
    assert lines[0]["来源单号"] == "IQC-118"


def test_each_round_has_its_own_lines_with_its_own_cause(as_role, capa_in, app, people, on):
    capa = capa_in("carried_out")
    with kept(app):
        Capas({role: User.by_username(role) for role in ROLES}, on).reopen(db.session.get(Capa, capa.id), on)
    lines = register(as_role("auditor"))
    assert [
        (line["轮次"], line["有效" if "有效" in line else "效果"], line["状态"], line["责任人"])
        for line in lines
    ] == [("1", "无效", "重开", "生产作业员甲"), ("2", "/", "待分析", "/")]
    assert ["烙铁温度偏低" in line["原因"] for line in lines] == [True, False]


@pytest.mark.both_databases
def test_page_and_workbook_page_through_all_lines(as_role, capa_in, app):
    capa_in("measures_set", owners=("production_operator", "planner", "engineer"))
    capa_in("verified")
    app.config["CS_PAGE_ROWS"] = 2
    auditor, seen = as_role("auditor").get("/reports/capa"), 0
    for _ in range(2):
        seen += len(auditor.soup.select("#rows tbody tr"))
        following = [
            link["href"] for link in auditor.soup.select("#rows a[href]") if "after=" in link["href"]
        ]
        if following:
            auditor.get(following[0])
    assert (seen, auditor.get("/reports/capa.xlsx").status) == (4, 200)


@pytest.mark.both_databases
def test_what_was_sent_back_says_so_in_the_register(as_role, capa_in):
    capa = capa_in("measures_set")
    inspector = as_role("quality_inspector")
    assert inspector.step(f"/capa/{capa.id}/send_back", reason="原因不成立").status == 303
    assert [line["状态"] for line in register(inspector)] == ["已退件"]
    assert register(inspector, "?state=verified") == []
