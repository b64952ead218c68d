"""The scan box and the labels (5.3.3): what a scanner types opens the record, or the step of the line that is
open to this person."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from cs.extensions import db
from cs.models.customers import Customer
from cs.models.returns.customer_return import Return
from cs.records.sessions import LoginSession
from cs.records.users import User
from tests.returned import LINES, PLACE, Replenishments
from tests.support import PASSWORD, kept, loaded

THREE = (*LINES, LINES[0] | {"lot_no": "L2613"})


def scan(browser, code):
    return browser.get(f"/returns/scan?code={quote(code)}")


# What is typed


@pytest.mark.parametrize(
    "typed",
    [
        "{}/2",
        " {}/2 ",
        "{}/2\r",
        "{}/2\t",
        "{}/2\r\n",
        "{}／2",
        "{}、2",
        "{}／２",
        "{} / 2",
        "\ufeff{}/2",
        "{}/02",
    ],
)
def test_a_lines_code_opens_the_count_of_that_line(as_role, return_in, typed):
    record, keeper = return_in("expected"), as_role("warehouse_keeper")
    for number in (record.number, record.number.lower(), record.number.replace("-", "—")):
        scan(keeper, typed.format(number))
        assert (keeper.status, keeper.location) == (
            303,
            f"/returns/{record.id}/count?line={record.lines[1].id}",
        )


@pytest.mark.both_databases
def test_a_code_in_full_width_is_read(as_role, return_in):
    record, keeper = return_in("expected"), as_role("warehouse_keeper")
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in f"{record.number.lower()}/1")
    assert wide.startswith("ｒｍａ－２０")
    assert scan(keeper, wide).location == f"/returns/{record.id}/count?line={record.lines[0].id}"


def test_a_returns_number_opens_the_return(as_role, return_in):
    record = return_in("expected")
    assert scan(as_role("warehouse_keeper"), record.number).location == f"/returns/{record.id}"


@pytest.mark.both_databases
def test_the_numbers_of_other_records_open_them_too(as_role, complaint_in):
    complaint, inspector = complaint_in("analysing"), as_role("quality_inspector")
    assert scan(inspector, complaint.number.lower()).location == f"/complaints/{complaint.id}"
    assert scan(inspector, "kh-0001").location == "/customers/1"


def test_an_urgent_order_opens_by_its_own_number(app, people, on, as_role, complaint_in):
    complaint = complaint_in("analysing")
    with kept(app):
        order = Replenishments(people, on, complaint.id)("ordered")
    assert scan(as_role("warehouse_keeper"), order.order_number).location == f"/replenishments/{order.id}"


@pytest.mark.parametrize("number", ["gz-Tongda", "GZ_01", "2024/12"])
def test_a_number_that_the_factory_gave_itself_opens_as_it_is_written(app, people, on, as_role, number):
    with kept(app):
        customer = Customer.create(
            by=people["sales_clerk"],
            on=on,
            number=number,
            short_name="通达",
            full_name="广州通达电子",
            customer_type="oem",
        )
    assert scan(as_role("warehouse_keeper"), number).location == f"/customers/{customer.id}"


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("RMA-209901-001", "没有编号为 RMA-209901-001 的记录"),
        ("{}/3", "没有第 3 行，共 2 行"),
        ("{}/0", "没有第 0 行"),
        ("KH-0001/1", "没有编号为 KH-0001/1 的记录"),
        ("{}/", "没有编号为"),
        ("/2", "没有编号为 /2 的记录"),
        ("９９'; --", "没有编号为"),
        ("<b>", "没有编号为 <B> 的记录"),
        ("\x00RMA\x00", "没有编号为 RMA 的记录"),
        ("\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"), "没有编号为"),
        ("7" * 5000, "没有编号为 77"),
    ],
)
def test_a_code_that_nothing_has_is_told_beside_the_box_and_kept(as_role, return_in, code, fault):
    record, keeper = return_in("expected"), as_role("warehouse_keeper")
    page = scan(keeper, code.format(record.number) if "{}" in code else code)
    box = page.soup.select_one("input[name=code]")
    assert (page.status, box["aria-invalid"], box["aria-describedby"]) == (
        404,
        "true",
        page.soup.select_one(".scan .field-error")["id"],
    )
    assert fault in page.soup.select_one(".scan .field-error").get_text()
    assert box["value"].strip("\x00") in (code.format(record.number) if "{}" in code else code)


@pytest.mark.parametrize("code", ["", "%20%09", "%00"])
def test_nothing_typed_shows_the_box_alone(as_role, code):
    page = as_role("auditor").get(f"/returns/scan?code={code}")
    assert (
        page.status,
        page.soup.select_one("input[name=code]").has_attr("autofocus"),
        page.soup.select(".field-error"),
    ) == (200, True, [])


# Where it leads


@pytest.mark.parametrize(
    ("options", "role", "step"),
    [
        ({"state": "handling"}, "quality_inspector", "inspect"),
        ({"state": "handling", "until": "rework"}, "production_operator", "rework"),
        ({"state": "handling", "until": "rework"}, "quality_inspector", "reinspect"),
        ({"state": "handling"}, "sales_clerk", "settle_difference"),
        ({"state": "handling", "until": "inspect"}, "process_engineer", "instruct"),
        ({"state": "handling", "until": "instruct"}, "planner", "plan_rework"),
    ],
)
def test_a_lines_code_opens_the_step_that_waits_on_it_for_who_may_take_it(
    as_role, return_in, options, role, step
):
    record, person = return_in(**options), as_role(role)
    line = record.lines[0].id
    scan(person, f"{record.number}/1")
    assert person.location == f"/returns/{record.id}/{step}?line={line}"
    form = person.get(person.location).form()
    assert str(line) == form.get("line_id", form.get("line_ids"))


@pytest.mark.parametrize(
    ("options", "role"),
    [
        ({"state": "registered"}, "warehouse_keeper"),
        ({"state": "handling"}, "warehouse_keeper"),
        ({"state": "expected"}, "quality_inspector"),
        ({"state": "expected"}, "auditor"),
        ({"state": "closed"}, "quality_inspector"),
    ],
)
def test_where_nothing_is_open_to_this_person_the_record_says_so(as_role, return_in, options, role):
    record, person = return_in(**options), as_role(role)
    scan(person, f"{record.number}/2")
    assert person.location == f"/returns/{record.id}#line-{record.lines[1].id}"
    page = person.get(f"/returns/{record.id}")
    assert f"{record.number}/2：现在没有需要您处理的步骤" in page.text
    assert page.soup.select_one(f"#line-{record.lines[1].id}")


def test_of_two_steps_on_one_line_the_person_chooses(as_role, return_in):
    record, inspector = return_in("handling", until="rework"), as_role("quality_inspector")
    keeper = as_role("warehouse_keeper")
    line = record.lines[0].id
    keeper.step(
        f"/returns/{record.id}/recount?line={line}", quantity="9", return_place=PLACE, reason="又找到一只"
    )
    assert scan(inspector, f"{record.number}/1").location == f"/returns/{record.id}#line-{line}"
    page = inspector.get(f"/returns/{record.id}")
    assert "请选择要做的步骤" in page.text
    assert [way["href"] for way in page.soup.select(f"#line-{line} .line-way")] == [
        f"/returns/{record.id}/inspect?line={line}",
        f"/returns/{record.id}/reinspect?line={line}",
    ]


def test_the_administrator_scans_nothing(as_role, return_in):
    record, administrator = return_in("expected"), as_role("administrator")
    assert [
        administrator.get(url).status
        for url in (f"/returns/scan?code={record.number}", "/returns/scan", f"/returns/{record.id}/labels")
    ] == [403] * 3


def test_the_box_stands_where_the_shop_floor_begins_and_before_nobody_else(as_role, return_in):
    record = return_in("handling")
    pages = ("/", "/returns/", f"/returns/{record.id}", f"/returns/{record.id}/inspect")
    assert [
        len(as_role("quality_inspector").get(url).soup.select("form.scan input[name=code]")) for url in pages
    ] == [1, 1, 1, 1]
    assert [len(as_role("sales_clerk").get(url).soup.select("form.scan")) for url in pages[:3]] == [0, 0, 0]


def test_scanning_asks_as_many_questions_for_a_long_slip_as_for_a_short_one(
    as_role, return_in, count_queries
):
    keeper, asked = as_role("warehouse_keeper"), []
    for lines in (LINES, LINES * 10):
        record = return_in("expected", lines=lines)
        with count_queries() as ran:
            scan(keeper, f"{record.number}/2")
        asked.append(len(ran))
    assert asked[0] == asked[1]


# A line after the other


def test_after_a_line_is_counted_the_next_is_offered_and_after_the_last_the_record(app, as_role, return_in):
    record, keeper = return_in("expected", lines=THREE), as_role("warehouse_keeper")
    one, two, three = (line.id for line in record.lines)
    address = f"/returns/{record.id}/count"
    keeper.step(f"{address}?line={two}", quantity="5", return_place=PLACE)
    assert (keeper.status, keeper.location) == (303, f"{address}?line={three}")
    page = keeper.get(keeper.location)
    assert (page.form()["line_id"], "已完成：清点入退货区" in page.text, page.soup.body["data-outcome"]) == (
        str(three),
        True,
        "taken",
    )
    keeper.send(f"{address}?line={three}", quantity="10", return_place=PLACE)
    assert keeper.location == f"{address}?line={one}"
    keeper.step(keeper.location, quantity="10", return_place=PLACE)
    assert keeper.location == f"/returns/{record.id}"
    assert [line.counted_qty for line in loaded(app, Return, record.id).lines] == [10, 5, 10]


def test_a_portion_of_the_last_line_leads_back_to_the_record(as_role, return_in):
    record, inspector = return_in("handling"), as_role("quality_inspector")
    one, two = (line.id for line in record.lines)
    inspector.step(f"/returns/{record.id}/inspect?line={two}", accepted="5")
    assert inspector.location == f"/returns/{record.id}/inspect?line={one}"
    inspector.step(inspector.location, accepted="3")
    assert inspector.location == f"/returns/{record.id}"


def test_a_form_that_a_label_opened_is_about_that_line_alone_and_leads_to_the_others(as_role, return_in):
    record, keeper = return_in("expected", lines=THREE), as_role("warehouse_keeper")
    one, two, three = (line.id for line in record.lines)
    page = keeper.get(f"/returns/{record.id}/count?line={two}")
    assert [choice["value"] for choice in page.soup.select("input[name=line_id]")] == [str(two)]
    assert [way["href"] for way in page.soup.select(".line-others a")] == [f"?line={one}", f"?line={three}"]
    assert "退货单 5 只" in page.text
    assert "外壳划伤" in page.text
    keeper.send(f"/returns/{record.id}/count?line={two}", line_id=str(one), quantity="1", return_place=PLACE)
    assert (keeper.status, list(keeper.faults)) == (422, ["line_id"])


def test_a_line_that_does_not_wait_any_more_is_not_taken_for_another(as_role, return_in):
    record, keeper = return_in("expected", counted=1), as_role("warehouse_keeper")
    page = keeper.get(f"/returns/{record.id}/count?line={record.lines[0].id}")
    assert (page.status, "line_id" in page.form()) == (200, False)


def test_the_draft_of_a_line_is_not_filled_into_another(as_role, return_in):
    record, keeper = return_in("expected"), as_role("warehouse_keeper")
    first, second = (f"/returns/{record.id}/count?line={line.id}" for line in record.lines)
    kept = keeper.get(first).soup.select_one("form.form")["data-draft"]
    keeper.post(kept, line_id=str(record.lines[0].id), quantity="7")
    assert [keeper.get(address).form()["quantity"] for address in (first, second)] == ["7", ""]
    keeper.step(first, quantity="8", return_place=PLACE)
    assert "草稿" not in keeper.get(second).text


def test_a_count_that_comes_after_the_session_ended_is_there_again_for_its_line(app, as_role, return_in):
    record, keeper = return_in("expected"), as_role("warehouse_keeper")
    address = f"/returns/{record.id}/count?line={record.lines[1].id}"
    fields = keeper.get(address).form() | {"quantity": "5"}
    with app.app_context():
        LoginSession.end_all(User.by_username("warehouse_keeper"), datetime.now(UTC))
        db.session.commit()
    keeper.post(address, fields)
    assert parse_qs(urlsplit(keeper.location).query) == {"next": [address]}
    keeper.get(keeper.location)
    assert (
        keeper.post(f"/login?next={quote(address)}", username="warehouse_keeper", password=PASSWORD).location
        == address
    )
    assert keeper.get(address).form()["quantity"] == "5"


def test_the_keypad_is_that_of_the_unit(app, as_role, return_in):
    record, keeper = return_in("expected"), as_role("warehouse_keeper")
    manager = as_role("sales_manager")

    def keypad():
        return keeper.get(f"/returns/{record.id}/count").soup.select_one("input[name=quantity]")["inputmode"]

    assert keypad() == "numeric"
    manager.step("/products/1/edit", unit="kg")
    assert (manager.status, keypad()) == (303, "decimal")


# Labels


def test_each_line_has_its_label_and_the_return_one_too(as_role, return_in):
    record = return_in("handling")
    page = as_role("warehouse_keeper").get(f"/returns/{record.id}/labels")
    assert [code["alt"] for code in page.soup.select(".label-code")] == [
        record.number,
        f"{record.number}/1",
        f"{record.number}/2",
    ]
    label = page.soup.select(".label")[1].get_text(" ", strip=True)
    assert [
        word
        for word in ("CA-6920", "L2611", "退货单数量 10", "实收数量 8 只", "华声汽配", "退货区1号位")
        if word not in label
    ] == []
    assert [code["src"][:19] for code in page.soup.select(".label-code")] == ["data:image/svg+xml;"] * 3
    assert "打印标签" in as_role("auditor").get(f"/returns/{record.id}").text


def test_one_line_alone_is_printed(as_role, return_in):
    record, keeper = return_in("expected"), as_role("warehouse_keeper")
    page = keeper.get(f"/returns/{record.id}/labels?line={record.lines[1].id}")
    assert [code["alt"] for code in page.soup.select(".label-code")] == [f"{record.number}/2"]
    assert [
        keeper.get(f"/returns/{one}/labels{line}").status
        for one, line in ((record.id, "?line=999"), (record.id, "?line=x"), (99, ""))
    ] == [404] * 3


@pytest.mark.parametrize("state", ["at_gate", "registered", "offering", "arranging"])
def test_lines_that_may_still_come_and_go_have_no_labels(as_role, return_in, state):
    record = return_in(state)
    page = as_role("warehouse_keeper").get(f"/returns/{record.id}/labels")
    assert ([code["alt"] for code in page.soup.select(".label-code")], "明细尚未确定" in page.text) == (
        [record.number],
        True,
    )


@pytest.mark.parametrize("state", ["void", "not_taken"])
def test_goods_that_never_come_have_no_labels(as_role, return_in, state):
    record, keeper = return_in(state), as_role("warehouse_keeper")
    assert "打印标签" not in keeper.get(f"/returns/{record.id}").text
    assert keeper.get(f"/returns/{record.id}/labels").status == 404
