"""Returns on their pages (5.3): the table of steps over HTTP, the forms and what they refuse, the picture of
the quantities, the list."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.models.customers import Customer, Product
from cs.models.returns.customer_return import Return
from tests import grid
from tests.returned import LINES, Returns
from tests.support import CUSTOMER, Browser, day_of, kept, loaded
from tests.tables import RETURN, RETURN_SITUATIONS, ROLES

EMPTY = ("all_counted",)  # an empty form is a whole one
LINE = {
    "return_kind": "use",
    "lines-0-product_id": "1",
    "lines-0-lot_no": "L2611",
    "lines-0-return_reason": "右声道无声",
    "lines-0-slip_qty": "10",
}


@pytest.mark.sqlite
@pytest.mark.parametrize("situation", RETURN_SITUATIONS, ids=lambda one: one.name)
def test_a_returns_steps_answer_each_role_as_the_clauses_say(app, return_in, situation):
    record = return_in(situation.state, **situation.options)
    browsers = {role: Browser(app, role) for role in ROLES}
    grid.compare(
        browsers,
        f"/returns/{record.id}",
        [row for row in RETURN if not row.creates],
        situation,
        lambda _row, _browser: {"version": str(record.version), "password": "wrong"},
        also_closed=grid.OPEN_ONLY,
    )
    assert loaded(app, Return, record.id).version == record.version


# Registering


def test_sales_registers_a_return_which_makes_its_complaint(app, as_role):
    clerk = as_role("sales_clerk")
    clerk.step("/returns/new", customer_id="1", **LINE)
    assert clerk.status == 303, clerk.faults
    record = loaded(app, Return, 1)
    assert (record.state, record.complaint_id, record.lines[0].slip_qty) == ("registered", 1, 10)
    assert "RMA-" in clerk.get("/complaints/1").text


def test_the_warehouse_registers_what_came_to_the_gate_and_sales_takes_it_over(app, as_role, return_in):
    keeper, clerk = as_role("warehouse_keeper"), as_role("sales_clerk")
    keeper.step("/returns/new", **{"customer_id": "1", **LINE, "return_kind": ""})
    assert keeper.status == 303, keeper.faults
    assert "业务登记退货" in clerk.get("/").text
    clerk.step("/returns/1/take_over", **{"lines-0-order_no": "PO-1"})
    assert (clerk.status, list(clerk.faults)) == (422, ["return_kind"])
    clerk.send("/returns/1/take_over", return_kind="use")
    assert clerk.status == 303, clerk.faults
    record = loaded(app, Return, 1)
    assert (record.state, len(record.lines), record.lines[0].order_no) == ("registered", 1, "PO-1")


def test_a_return_is_begun_from_its_complaint(app, as_role, complaint_in):
    complaint, clerk = complaint_in("analysing"), as_role("sales_clerk")
    form = clerk.get(f"/returns/new?complaint={complaint.id}").form()
    assert (form["join_complaint"], form["customer_id"], form["lines-0-lot_no"]) == (
        complaint.number,
        "1",
        "L2611",
    )
    clerk.post("/returns/new", form | {"return_kind": "use", "lines-0-slip_qty": "3"})
    assert (clerk.status, loaded(app, Return, 1).complaint_id) == (303, complaint.id)


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"lines-0-slip_qty": "0"}, "lines-0-slip_qty"),
        ({"lines-0-slip_qty": "-3"}, "lines-0-slip_qty"),
        ({"lines-0-slip_qty": "abc"}, "lines-0-slip_qty"),
        ({"lines-0-slip_qty": "1.5"}, "lines-0-slip_qty"),
        ({"lines-0-slip_qty": "NaN"}, "lines-0-slip_qty"),
        ({"lines-0-slip_qty": "1e999999"}, "lines-0-slip_qty"),
        ({"lines-0-slip_qty": "1000000"}, "lines-0-slip_qty"),
        ({"lines-0-product_id": ""}, "lines-0-product_id"),
        ({"lines-0-product_id": "77"}, "lines-0-product_id"),
        ({"lines-0-return_reason": " "}, "lines-0-return_reason"),
        ({"customer_id": "77"}, "customer_id"),
        ({"customer_id": "x"}, "customer_id"),
        ({"join_complaint": "CC-209901-0001"}, "join_complaint"),
        ({"wants_goods": "y"}, "goods_wanted_on"),
        ({"return_kind": ""}, "return_kind"),
        ({"return_kind": "lost"}, "return_kind"),
        ({"lines-0-product_id": "9" * 20}, "lines-0-product_id"),
        ({"lines-0-product_id": "999"}, "lines-0-product_id"),
    ],
)
def test_a_slip_that_does_not_hold_is_refused_beside_its_field(as_role, fields, at):
    clerk = as_role("sales_clerk")
    clerk.step("/returns/new", **{"customer_id": "1", **LINE, **fields})
    assert (clerk.status, list(clerk.faults)) == (422, [at])
    if fields.get(at):
        assert clerk.form()[at] == fields[at].strip() or clerk.soup.select_one(f"select[name='{at}']")


def test_a_slip_without_lines_is_refused(as_role):
    clerk = as_role("sales_clerk")
    clerk.step("/returns/new", customer_id="1", return_kind="use")
    assert (clerk.status, "请至少填写一行明细" in clerk.text) == (422, True)


def test_a_complaint_that_is_closed_is_not_joined(as_role, complaint_in):
    clerk = as_role("sales_clerk")
    clerk.step("/returns/new", customer_id="1", join_complaint=complaint_in("closed").number, **LINE)
    assert (clerk.status, list(clerk.faults)) == (422, ["join_complaint"])


# The shop floor


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"quantity": "-1"}, "quantity"),
        ({"quantity": "八"}, "quantity"),
        ({"quantity": "7.5"}, "quantity"),
        ({"quantity": ""}, "quantity"),
        ({"return_place": "area_99"}, "return_place"),
        ({"return_place": None}, "return_place"),
        ({"line_id": "999"}, "line_id"),
        ({"line_id": "x"}, "line_id"),
    ],
)
def test_a_count_below_zero_with_letters_or_at_no_place_is_refused(as_role, return_in, fields, at):
    record, keeper = return_in("expected"), as_role("warehouse_keeper")
    keeper.step(f"/returns/{record.id}/count", **{"quantity": "8", "return_place": "area_1", **fields})
    assert (keeper.status, list(keeper.faults)) == (422, [at])


def test_the_warehouse_counts_in_full_width_digits_too(app, as_role, return_in):
    record, keeper = return_in("expected"), as_role("warehouse_keeper")
    keeper.step(f"/returns/{record.id}/count", quantity="１０", return_place="area_2")
    line = loaded(app, Return, record.id).lines[0]
    assert (keeper.status, line.counted_qty, line.return_place) == (303, 10, "area_2")


def test_counting_forms_bring_up_the_numeric_keypad(as_role, return_in):
    record, keeper = return_in("expected"), as_role("warehouse_keeper")
    field = keeper.get(f"/returns/{record.id}/count").soup.select_one("input[name=quantity]")
    assert (field["inputmode"], field["type"]) == ("numeric", "text")


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"accepted": "9"}, "未结数量只有 8"),
        ({"accepted": "5", "rework": "4"}, "未结数量只有 8"),
        ({}, "请输入大于零的数量"),
        ({"accepted": "0"}, "请输入大于零的数量"),
        ({"accepted": "1.5"}, "只能填整数"),
    ],
)
def test_no_more_is_inspected_than_was_counted(as_role, return_in, fields, fault):
    record, inspector = return_in("handling"), as_role("quality_inspector")
    inspector.step(f"/returns/{record.id}/inspect", **fields)
    assert (inspector.status, list(inspector.faults)) == (422, ["accepted"])
    assert fault in inspector.faults["accepted"]


def test_goods_that_go_back_as_they_are_are_not_accepted(app, as_role, return_in, people, on):
    record = return_in("offering", here=True)
    clerk, keeper, inspector = (
        as_role("sales_clerk"),
        as_role("warehouse_keeper"),
        as_role("quality_inspector"),
    )
    clerk.step(f"/returns/{record.id}/send_as_is", customer_answer="原样退回")
    for quantity in ("10", "5"):
        keeper.step(f"/returns/{record.id}/count", quantity=quantity, return_place="area_1")
    inspector.step(f"/returns/{record.id}/inspect", accepted="4")
    assert (inspector.status, list(inspector.faults)) == (422, ["accepted"])
    inspector.send(f"/returns/{record.id}/inspect", accepted="", as_is="10")
    assert (inspector.status, loaded(app, Return, record.id).lines[0].as_is_qty) == (303, 10)


def test_what_was_complained_of_and_shows_no_trouble_is_counted_apart_and_goes_back(app, as_role, return_in):
    record, inspector = return_in("handling"), as_role("quality_inspector")
    inspector.step(f"/returns/{record.id}/inspect", accepted="5", ntf="3")
    line = loaded(app, Return, record.id).lines[0]
    assert (line.accepted_qty, line.ntf_qty, line.uninspected_qty, line.tally.to_customer) == (5, 3, 0, 8)
    assert "未发现故障 3" in inspector.get(f"/returns/{record.id}").soup.select_one(".tally-words").get_text()


def test_who_bears_the_costs_is_said_by_sales_and_may_be_said_later(app, as_role, return_in):
    record, clerk = return_in("registered"), as_role("sales_clerk")
    clerk.step(f"/returns/{record.id}/amend", cost_bearer="shared")
    assert (clerk.status, loaded(app, Return, record.id).cost_bearer) == (303, "shared")
    assert "费用承担协商分摊" in clerk.get(f"/returns/{record.id}").soup.select_one("#block-A").get_text(
        "", strip=True
    )
    assert clerk.get(f"/returns/{record.id}/amend").form()["cost_bearer"] == "shared"


@pytest.mark.parametrize(("quantity", "status"), [("4", 422), ("0", 422), ("-1", 422), ("3", 303)])
def test_production_books_what_is_open_and_no_more(as_role, return_in, quantity, status):
    record, operator = return_in("handling", until="plan_rework"), as_role("production_operator")
    operator.step(f"/returns/{record.id}/rework", quantity=quantity)
    assert operator.status == status


def test_a_recount_below_what_is_inspected_is_refused(as_role, return_in):
    record, keeper = return_in("handling", until="inspect"), as_role("warehouse_keeper")
    keeper.step(f"/returns/{record.id}/recount", quantity="7", return_place="area_1", reason="再点")
    assert (keeper.status, list(keeper.faults)) == (422, ["quantity"])


@pytest.mark.parametrize(
    ("days", "note", "at"), [(-1, "", ["rework_on"]), (4, "", ["note"]), (3, "", []), (4, "端子缺料", [])]
)
def test_rework_is_planned_for_no_day_that_is_over_and_after_the_goods_are_due_back_only_with_the_reason(
    as_role, return_in, on, days, note, at
):
    record = return_in("handling", until="instruct", return_by=day_of(on) + timedelta(days=3))
    planner = as_role("planner")
    planner.step(
        f"/returns/{record.id}/plan_rework",
        rework_on=(day_of(on) + timedelta(days=days)).isoformat(),
        note=note,
    )
    assert (planner.status, list(planner.faults)) == (422 if at else 303, at)
    assert note in planner.get(f"/returns/{record.id}").text


def test_planning_reads_when_the_goods_are_due_back(as_role, return_in, on):
    due = day_of(on) + timedelta(days=3)
    record = return_in("handling", until="instruct", return_by=due)
    assert f"回交时间为 {due.isoformat()}" in as_role("planner").get(f"/returns/{record.id}/plan_rework").text


@pytest.mark.parametrize(
    ("state", "days", "words"),
    [("handling", -1, "已逾期"), ("handling", 2, "剩"), ("given_back", -1, "迟"), ("given_back", 2, "准时")],
)
def test_what_is_due_back_is_late_until_it_is_given_back_and_not_after(
    as_role, return_in, on, state, days, words
):
    record = return_in(state, return_by=day_of(on) + timedelta(days=days))
    reader = as_role("auditor")
    page = reader.get(f"/returns/{record.id}").soup.select_one(".record-sub")
    row = reader.get("/returns/").soup.select_one("tbody tr")
    assert [
        words in " ".join(part.get_text(" ", strip=True) for part in (page, row.select_one("td .due"))),
        "is-late" in row["class"],
    ] == [True, (state, days) == ("handling", -1)]


def test_the_quantities_say_what_of_the_open_rework_waits_for_its_re_inspection(as_role, return_in):
    page = as_role("auditor").get(f"/returns/{return_in('handling', until='rework').id}")
    assert "重工未结 3 只 (其中待复检 2)" in page.soup.select_one(".tally-words").get_text(" ", strip=True)


def test_goods_go_back_with_a_delivery_note(as_role, return_in):
    record, keeper = return_in("handling", until="reinspect"), as_role("warehouse_keeper")
    keeper.step(f"/returns/{record.id}/give_back")
    assert (keeper.status, list(keeper.faults)) == (422, ["delivery_no"])


# The page and the list


def test_the_page_shows_the_difference_and_what_became_of_each_piece(as_role, return_in):
    reader = as_role("auditor")
    page = reader.get(f"/returns/{return_in('handling').id}")
    assert "退货单 10 只，实收 8 只" in page.text
    page = reader.get(f"/returns/{return_in('handling', until='rework').id}")
    picture = page.soup.select_one("svg.tally")
    assert picture["aria-label"] == "合格 3 只, 原样退回 1 只, 重工未结 3 只, 报废 1 只"
    assert sum(float(part["width"]) for part in picture.select("rect")) == pytest.approx(100, abs=0.01)


def test_process_engineering_sees_later_complaints_of_the_same_model_and_defect(
    app, as_role, return_in, complaint_in, people, on
):
    with kept(app):
        first = complaint_in("answering", on=on - timedelta(days=5))
    record = return_in("handling", until="instruct", complaint_id=first.id)
    engineer = as_role("process_engineer")
    assert "此后没有同型号同缺陷的投诉" in engineer.get(f"/returns/{record.id}").text
    later = complaint_in("answering", on=on + timedelta(days=2), heard_at=on + timedelta(days=1))
    assert later.number in engineer.get(f"/returns/{record.id}").text


@pytest.mark.both_databases
def test_the_list_narrows_by_what_is_open_and_what_differs(as_role, return_in):
    closed, short = return_in("closed"), return_in("handling")
    reader = as_role("auditor")
    assert [
        number in reader.get("/returns/?state=open").text for number in (closed.number, short.number)
    ] == [False, True]
    assert [
        number in reader.get("/returns/?difference=open").text for number in (closed.number, short.number)
    ] == [False, True]
    assert short.number in reader.get("/returns/?q=L2612").text


def test_the_list_asks_as_many_questions_for_many_returns_as_for_one(as_role, return_in, count_queries):
    reader, asked = as_role("auditor"), []
    for _ in range(2):
        for _ in range(3):
            return_in("handling")
        with count_queries() as ran:
            reader.get("/returns/")
        asked.append(len(ran))
    assert asked[0] == asked[1]


def test_an_unknown_return_is_not_found(as_role):
    reader = as_role("sales_clerk")
    assert [
        reader.get(url).status
        for url in ("/returns/999", "/returns/999/amend", "/returns/99999999999999999999", "/returns/1/fly")
    ] == [404] * 4


@pytest.mark.both_databases
def test_the_register_of_returns_has_a_line_for_each_line(as_role, return_in):
    record = return_in("closed")
    page = as_role("auditor").get("/reports/returns")
    assert page.status == 200
    assert [row.get_text(strip=True) for row in page.soup.select("tbody th")] == [record.number] * 2


def test_a_stale_form_is_refused_and_says_what_was_changed(app, as_role, return_in, people, on):
    record, clerk, manager = return_in("registered"), as_role("sales_clerk"), as_role("sales_manager")
    clerk.get(f"/returns/{record.id}/amend")
    manager.step(f"/returns/{record.id}/amend", customer_slip_no="TH-02")
    clerk.send(f"/returns/{record.id}/amend", customer_slip_no="TH-03")
    assert clerk.status == 409
    assert ["TH-02" in event.get_text() for event in clerk.soup.select(".timeline-event")] == [True]
    assert clerk.form()["customer_slip_no"] == "TH-03"
    assert loaded(app, Return, record.id).customer_slip_no == "TH-02"


def test_a_complaint_names_the_return_that_keeps_it_open(app, as_role, return_in, complaint_in):
    complaint = complaint_in("accepted")
    record = return_in("registered", complaint_id=complaint.id)
    page = as_role("quality_supervisor").get(f"/complaints/{complaint.id}")
    assert f"退货 {record.number} 未结案" in page.text
    assert loaded(app, Complaint, complaint.id).state == "accepted"


def test_the_customer_of_a_complaint_stays_and_it_is_not_voided_while_goods_move_under_it(
    app, as_role, return_in, complaint_in, people, on
):
    with kept(app):
        other = Customer.create(
            by=people["sales_clerk"],
            on=on,
            **CUSTOMER | {"short_name": "乐途", "full_name": "惠州乐途电子有限公司"},
        )
    record = return_in("registered", complaint_id=complaint_in("analysing").id)
    clerk, manager = as_role("sales_clerk"), as_role("sales_manager")
    clerk.step(f"/complaints/{record.complaint_id}/amend", customer_id=str(other.id))
    assert (clerk.status, record.number in clerk.faults["customer_id"]) == (422, True)
    clerk.send(f"/complaints/{record.complaint_id}/amend", customer_id="1", order_no="PO-77")
    assert clerk.status == 303, clerk.faults
    manager.step(f"/complaints/{record.complaint_id}/void", reason="误登")
    assert (manager.status, record.number in manager.faults["reason"]) == (422, True)
    manager.step(f"/returns/{record.id}/void", reason="误登")
    manager.step(f"/complaints/{record.complaint_id}/void", reason="误登")
    assert (manager.status, loaded(app, Complaint, record.complaint_id).state) == (303, "void")


def test_a_closed_return_offers_no_room_for_files_and_an_open_one_does(as_role, return_in):
    closed, open_ = return_in("closed"), return_in("registered")
    clerk = as_role("sales_clerk")
    assert [len(clerk.get(f"/returns/{one.id}").soup.select("form.file-add")) for one in (closed, open_)] == [
        0,
        1,
    ]


# What the other forms refuse


@pytest.mark.parametrize(
    ("state", "options", "role", "step", "field", "days"),
    [
        ("offering", {}, "sales_clerk", "leave_there", "answered_on", 1),
        ("offering", {}, "sales_clerk", "leave_there", "answered_on", -1),
        ("arranging", {}, "planner", "arrange", "pick_up_on", -1),
        ("handling", {"until": "reinspect"}, "warehouse_keeper", "give_back", "given_back_on", 1),
        ("handling", {"until": "reinspect"}, "warehouse_keeper", "give_back", "given_back_on", -1),
        ("given_back", {}, "sales_clerk", "confirm", "response_on", 1),
        ("given_back", {}, "sales_clerk", "confirm", "response_on", -1),
    ],
)
def test_a_day_before_what_it_follows_or_in_the_future_is_refused(
    as_role, return_in, on, state, options, role, step, field, days
):
    record, person = return_in(state, **options), as_role(role)
    said = {"customer_answer": "同意", "response_note": "无误", "delivery_no": "SH-1"}
    person.get(f"/returns/{record.id}/{step}")
    person.send(
        f"/returns/{record.id}/{step}", **said | {field: (day_of(on) + timedelta(days=days)).isoformat()}
    )
    assert (person.status, list(person.faults)) == (422, [field])
    person.send(f"/returns/{record.id}/{step}", **said | {field: day_of(on).isoformat()})
    assert person.status == 303, person.faults


def test_nothing_arrives_at_the_gate_tomorrow(as_role, on):
    keeper = as_role("warehouse_keeper")
    keeper.step(
        "/returns/new",
        **{"customer_id": "1", **LINE, "arrived_at": f"{day_of(on) + timedelta(days=1)}T08:00"},
    )
    assert (keeper.status, list(keeper.faults)) == (422, ["arrived_at"])


@pytest.mark.parametrize(
    ("step", "liability"),
    [("accept", "customer"), ("accept", "ntf"), ("decline", "ours"), ("decline", "supplier")],
)
def test_what_is_ours_is_accepted_and_what_is_not_is_declined(as_role, return_in, step, liability):
    record, inspector = return_in("registered"), as_role("quality_inspector")
    inspector.step(f"/returns/{record.id}/{step}", liability=liability, liability_note="见报告")
    assert (inspector.status, list(inspector.faults)) == (422, ["liability"])


def test_what_the_customer_disputes_is_judged_anew_on_an_empty_form(as_role, return_in):
    record, clerk = return_in("offering"), as_role("sales_clerk")
    clerk.step(f"/returns/{record.id}/dispute", customer_answer="不同意")
    form = as_role("quality_inspector").get(f"/returns/{record.id}/decline").form()
    assert (form["liability_note"], form.get("liability")) == ("", None)


def test_a_return_stays_with_the_customer_of_its_complaint(app, as_role, return_in, complaint_in, people, on):
    with kept(app):
        other = Customer.create(
            by=people["sales_clerk"],
            on=on,
            **CUSTOMER | {"short_name": "乐途", "full_name": "惠州乐途电子有限公司"},
        )
    record, clerk = return_in("registered"), as_role("sales_clerk")
    clerk.step(f"/returns/{record.id}/amend", customer_id=str(other.id))
    assert (clerk.status, list(clerk.faults)) == (422, ["customer_id"])
    clerk.step(
        "/returns/new",
        **{**LINE, "customer_id": str(other.id), "join_complaint": complaint_in("analysing").number},
    )
    assert (clerk.status, list(clerk.faults)) == (422, ["join_complaint"])


def test_a_model_that_is_not_sold_and_a_customer_that_is_none_any_more_stay_on_their_slip(
    app, as_role, return_in, people, on
):
    record, clerk = return_in("registered"), as_role("sales_clerk")
    with kept(app):
        for cls in (Product, Customer):
            db.session.get(cls, 1).void(reason="停产", by=people["sales_manager"], on=on)
    clerk.step(f"/returns/{record.id}/amend", customer_slip_no="TH-02")
    assert clerk.status == 303, clerk.faults
    clerk.step("/returns/new", **{"customer_id": "1", **LINE})
    assert (clerk.status, sorted(clerk.faults)) == (422, ["customer_id", "lines-0-product_id"])


@pytest.mark.parametrize(
    ("until", "role", "step", "fields"),
    [
        ("inspect", "process_engineer", "instruct", {"instruction": "补焊"}),
        ("instruct", "planner", "plan_rework", {"rework_on": "2099-01-01"}),
    ],
)
def test_rework_is_written_and_planned_for_some_line(as_role, return_in, until, role, step, fields):
    record, person = return_in("handling", until=until), as_role(role)
    person.step(f"/returns/{record.id}/{step}", **fields | {"line_ids": None})
    assert (person.status, list(person.faults)) == (422, ["line_ids"])


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"passed": "3"}, "passed"),
        ({"passed": "1", "failed": "2"}, "passed"),
        ({"passed": "0.5"}, "passed"),
        ({"failed": "-1"}, "failed"),
        ({}, "passed"),
    ],
)
def test_no_more_is_inspected_again_than_was_reworked(as_role, return_in, fields, at):
    record, inspector = return_in("handling", until="rework"), as_role("quality_inspector")
    inspector.step(f"/returns/{record.id}/reinspect", **fields)
    assert (inspector.status, list(inspector.faults)) == (422, [at])


@pytest.mark.parametrize("quantity", ["1.5", "一", "NaN"])
def test_pieces_are_reworked_and_counted_again_in_whole_numbers(as_role, return_in, quantity):
    record = return_in("handling", until="plan_rework")
    operator, keeper = as_role("production_operator"), as_role("warehouse_keeper")
    operator.step(f"/returns/{record.id}/rework", quantity=quantity)
    keeper.step(f"/returns/{record.id}/recount", quantity=quantity, return_place="area_1", reason="再点")
    assert [(one.status, list(one.faults)) for one in (operator, keeper)] == [(422, ["quantity"])] * 2


def test_the_address_names_the_line_that_is_counted(as_role, return_in):
    record, keeper = return_in("expected"), as_role("warehouse_keeper")
    assert [
        keeper.get(f"/returns/{record.id}/count{asked}").form()["line_id"]
        for asked in ("", f"?line={record.lines[1].id}")
    ] == [str(line.id) for line in record.lines]


def test_what_is_all_scrapped_needs_no_delivery_note(app, as_role, return_in, people, on):
    record = return_in("handling", lines=LINES[1:], counted=1)
    with kept(app):
        again = db.session.get(Return, record.id)
        again.settle_difference(
            line_id=again.lines[0].id, difference_reason="多装", by=people["sales_clerk"], on=on
        )
        again.inspect(
            line_id=again.lines[0].id,
            bookings={"scrapped": again.lines[0].counted_qty},
            note=None,
            by=people["quality_inspector"],
            on=on,
        )
    keeper = as_role("warehouse_keeper")
    keeper.step(f"/returns/{record.id}/give_back")
    assert keeper.status == 303, keeper.faults


def test_who_registers_no_return_is_offered_no_button(as_role):
    assert [
        len(as_role(role).get("/returns/").soup.select("a[href='/returns/new']")) > 0
        for role in ("sales_clerk", "warehouse_keeper", "auditor")
    ] == [True, True, False]


@pytest.mark.parametrize(
    ("until", "role", "step", "field"),
    [
        ("plan_rework", "production_operator", "rework", "quantity"),
        ("rework", "quality_inspector", "reinspect", "passed"),
    ],
)
def test_what_is_no_number_is_not_said_to_be_nothing_too(as_role, return_in, until, role, step, field):
    record, person = return_in("handling", until=until), as_role(role)
    person.step(f"/returns/{record.id}/{step}", **{field: "abc"})
    assert (person.status, "大于零" in person.faults[field]) == (422, False)


def test_what_is_wrong_with_a_slip_is_said_once(as_role):
    clerk = as_role("sales_clerk")
    clerk.step("/returns/new", **{"customer_id": "1", **LINE, "lines-0-slip_qty": "abc"})
    assert ["大于零" in clerk.text, "请至少填写一行明细" in clerk.text] == [False, False]
    clerk.step("/returns/new", **{"customer_id": "1", **LINE, "lines-0-product_id": ""})
    assert "请至少填写一行明细" not in clerk.text


def test_only_lines_that_are_reworked_show_an_instruction(as_role, return_in):
    page = as_role("auditor").get(f"/returns/{return_in('handling', until='instruct').id}")
    assert [
        title.get_text(strip=True) for title in page.soup.select("h2") if "重工流程" in title.get_text()
    ] == ["重工流程 CA-6920 L2611"]


def test_sales_is_sent_to_the_application_or_says_why_not(app, as_role, people, on):
    with kept(app):
        slip = Returns(people, on)("arranging", wants_goods=True, goods_wanted_on=day_of(on))
    clerk = as_role("sales_clerk")
    assert "客户要求及时补货，提出申请" in clerk.get("/").text
    page = clerk.get(f"/returns/{slip.id}/decline_goods")
    assert [link["href"] for link in page.soup.select("form .field-help a, .field-help a")] == [
        f"/replenishments/new?return={slip.id}"
    ]
    clerk.step(f"/returns/{slip.id}/decline_goods")
    assert (clerk.status, list(clerk.faults)) == (422, ["reason"])
    clerk.send(f"/returns/{slip.id}/decline_goods", reason="客户改为扣款")
    assert (clerk.status, loaded(app, Return, slip.id).no_goods_reason) == (303, "客户改为扣款")
    assert "客户改为扣款" in clerk.get(f"/returns/{slip.id}").text


def test_applying_for_goods_wanted_at_once_is_the_first_button(as_role, return_in):
    slip = return_in("arranging", wants_goods=True)
    page = as_role("sales_clerk").get(f"/returns/{slip.id}")
    buttons = page.soup.select(".next-action a.btn, .next-action button")
    first = page.soup.select_one(f".next-action a[href='/replenishments/new?return={slip.id}']")
    assert page.status == 200
    assert "btn-primary" in first["class"]
    assert len([button for button in buttons if "btn-primary" in button.get("class", [])]) == 1
