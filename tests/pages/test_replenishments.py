"""Replenishments and the queue of approvals on their pages (5.3.4): the table of steps over HTTP, amounts,
what was changed meanwhile, who may sign."""

from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import update

from cs.extensions import db
from cs.models.customers import Product, Shipment
from cs.models.replenishments.application import Replenishment
from cs.records.users import User
from cs.registers.replenishment_papers import REPLENISHMENT_APPLICATION
from tests import grid
from tests.pdfs import text_of
from tests.returned import Replenishments, Returns
from tests.support import PASSWORD, Browser, day_of, kept, loaded
from tests.tables import REPLENISHMENT, REPLENISHMENT_SITUATIONS, ROLES

EMPTY = ("see_change", "accept_refusal")  # an empty form is a whole one
WRONG = {"password": "wrong"} | dict.fromkeys(
    ("wanted_on", "work_order", "delivery_no", "made_on", "reason"), ""
)


@pytest.fixture
def asked(on):
    """The fields of an application for one piece."""
    return lambda price="500", quantity="1", **more: (
        {
            "lines-0-product_id": "1",
            "lines-0-quantity": quantity,
            "lines-0-unit_price": price,
            "order_no": "PO-1",
            "wanted_on": (day_of(on) + timedelta(days=5)).isoformat(),
            "replenishment_reason": "客户待料",
        }
        | more
    )


def now(app, record) -> Replenishment:
    return loaded(app, Replenishment, record.id)


@pytest.mark.sqlite
@pytest.mark.parametrize("situation", REPLENISHMENT_SITUATIONS, ids=lambda one: one.name)
def test_a_replenishments_steps_answer_each_role_as_the_clauses_say(app, filed, situation):
    record = filed(situation.state, **situation.options)
    browsers = {role: Browser(app, role) for role in ROLES}

    def fields(row, browser):
        is_shown = situation.name in row.open_in and browser.status == 200
        return (browser.form() if is_shown else {"version": str(record.version)}) | WRONG

    grid.compare(
        browsers,
        f"/replenishments/{record.id}",
        [row for row in REPLENISHMENT if not row.creates],
        situation,
        fields,
        also_closed=grid.OPEN_ONLY,
        only_shown=EMPTY,
    )
    assert now(app, record).version == record.version


# Filing


def test_sales_applies_from_a_return_and_the_amount_is_computed(app, as_role, people, on, asked):
    with kept(app):
        slip = Returns(people, on)(
            "registered", wants_goods=True, goods_wanted_on=day_of(on) + timedelta(days=3)
        )
    clerk = as_role("sales_clerk")
    form = clerk.get(f"/replenishments/new?return={slip.id}").form()
    assert (form["return_no"], form["wanted_on"], form["lines-0-quantity"]) == (
        slip.number,
        (day_of(on) + timedelta(days=3)).isoformat(),
        "10",
    )
    clerk.post(
        "/replenishments/new",
        form
        | {
            "lines-0-unit_price": "99.9995",
            "lines-1-product_id": "",
            "lines-1-quantity": "",
            "replenishment_reason": "急",
        },
    )
    record = loaded(app, Replenishment, 1)
    assert (clerk.status, record.amount, record.return_id, record.complaint_id, len(record.running)) == (
        303,
        1000,
        slip.id,
        slip.complaint_id,
        3,
    )


def test_sales_applies_from_a_complaint(app, as_role, complaint_in, asked):
    complaint, clerk = complaint_in("analysing"), as_role("sales_clerk")
    form = clerk.get(f"/replenishments/new?complaint={complaint.id}").form()
    assert form["complaint_no"] == complaint.number
    clerk.post("/replenishments/new", form | asked("999.9949"))
    record = loaded(app, Replenishment, 1)
    assert (clerk.status, str(record.amount), len(record.running)) == (303, "999.99", 2)


def test_one_at_999_995_rounds_to_1000_and_needs_the_general_manager(app, as_role, complaint_in, asked):
    clerk = as_role("sales_clerk")
    clerk.step("/replenishments/new", complaint_no=complaint_in("analysing").number, **asked("999.995"))
    record = loaded(app, Replenishment, 1)
    assert (record.amount, record.running[-1].needed_role) == (1000, "general_manager")


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"lines-0-unit_price": "0"}, "lines-0-unit_price"),
        ({"lines-0-unit_price": "-1"}, "lines-0-unit_price"),
        ({"lines-0-unit_price": "免费"}, "lines-0-unit_price"),
        ({"lines-0-unit_price": "0.00001"}, "lines-0-unit_price"),
        ({"lines-0-unit_price": "0.001"}, "lines-0-unit_price"),
        ({"lines-0-unit_price": "Infinity"}, "lines-0-unit_price"),
        ({"lines-0-unit_price": "100000"}, "lines-0-unit_price"),
        ({"lines-0-quantity": "0"}, "lines-0-quantity"),
        ({"lines-0-quantity": "0.5"}, "lines-0-quantity"),
        ({"lines-0-quantity": "一"}, "lines-0-quantity"),
        ({"lines-0-product_id": "99"}, "lines-0-product_id"),
        ({"complaint_no": ""}, "complaint_no"),
        ({"complaint_no": "CC-1"}, "complaint_no"),
        ({"return_no": "RMA-1"}, "return_no"),
        ({"wanted_on": "2020-01-01"}, "wanted_on"),
        ({"wanted_on": "morgen"}, "wanted_on"),
        ({"replenishment_reason": "  "}, "replenishment_reason"),
        ({"order_no": ""}, "order_no"),
        ({"lines-0-product_id": ""}, "lines-0-product_id"),
    ],
)
def test_an_application_that_does_not_hold_is_refused_beside_its_field(
    as_role, complaint_in, asked, fields, at
):
    clerk = as_role("sales_clerk")
    clerk.step(
        "/replenishments/new", **{"complaint_no": complaint_in("analysing").number, **asked(), **fields}
    )
    assert (clerk.status, list(clerk.faults)) == (422, [at])


def test_no_lines_are_no_application(as_role, complaint_in, asked):
    clerk = as_role("sales_clerk")
    clerk.step(
        "/replenishments/new",
        complaint_no=complaint_in("analysing").number,
        **asked(**{"lines-0-product_id": "", "lines-0-quantity": "", "lines-0-unit_price": ""}),
    )
    assert (clerk.status, "请至少填写一行明细" in clerk.text) == (422, True)


def test_a_closed_complaint_gets_no_replenishment(as_role, complaint_in, asked):
    clerk = as_role("sales_clerk")
    clerk.step("/replenishments/new", complaint_no=complaint_in("closed").number, **asked())
    assert (clerk.status, list(clerk.faults)) == (422, ["complaint_no"])


# Signing


def test_a_manager_signs_what_stands_on_the_screen(app, as_role, filed):
    record, manager = filed(), as_role("sales_manager")
    manager.step(f"/replenishments/{record.id}/sign", password=PASSWORD)
    signed = now(app, record).running[0]
    assert (manager.status, signed.signature_decision, signed.content_hash) == (
        303,
        "signed",
        record.face_hash(),
    )


def test_a_wrong_password_signs_nothing(app, as_role, filed):
    record, manager = filed(), as_role("sales_manager")
    manager.step(f"/replenishments/{record.id}/sign", password="falsch")
    assert (manager.status, list(manager.faults)) == (422, ["password"])
    assert now(app, record).version == record.version


def test_what_was_changed_meanwhile_is_shown_and_not_signed(app, as_role, filed, asked):
    record, manager, clerk = filed(), as_role("sales_manager"), as_role("sales_clerk")
    manager.get(f"/replenishments/{record.id}/sign")
    clerk.step(f"/replenishments/{record.id}/change", **asked("880"))
    assert clerk.status == 303, clerk.faults
    manager.send(f"/replenishments/{record.id}/sign", password=PASSWORD)
    assert (manager.status, now(app, record).running[0].signature_decision) == (409, None)
    assert "期间的变更" in manager.text
    assert "880.00" in manager.text
    manager.send(f"/replenishments/{record.id}/sign", password=PASSWORD)
    assert (manager.status, now(app, record).running[0].signature_decision) == (303, "signed")


def test_a_made_up_hash_signs_nothing(app, as_role, filed):
    record, manager = filed(), as_role("sales_manager")
    manager.get(f"/replenishments/{record.id}/sign")
    for seen in ("", "x", "0" * 64):
        assert (
            manager.post(
                f"/replenishments/{record.id}/sign", manager.form() | {"seen": seen, "password": PASSWORD}
            ).status
            == 409
        )
    assert now(app, record).version == record.version


def test_another_signature_meanwhile_does_not_matter(app, as_role, filed):
    record, sales, production = filed(), as_role("sales_manager"), as_role("production_manager")
    sales.get(f"/replenishments/{record.id}/sign")
    production.step(f"/replenishments/{record.id}/sign", password=PASSWORD)
    sales.send(f"/replenishments/{record.id}/sign", password=PASSWORD)
    assert (sales.status, now(app, record).state) == (303, "ordered")


def test_the_same_signature_sent_twice_is_answered_alike_and_counts_once(app, as_role, filed):
    record, manager = filed(), as_role("sales_manager")
    fields = manager.get(f"/replenishments/{record.id}/sign").form() | {"password": PASSWORD}
    statuses = [manager.post(f"/replenishments/{record.id}/sign", fields).status for _ in range(2)]
    assert (statuses, now(app, record).version) == ([303, 303], record.version + 1)


def test_two_managers_in_the_same_second(app, filed):
    record = filed()
    browsers = [Browser(app, role) for role in ("sales_manager", "production_manager")]
    forms = [
        browser.get(f"/replenishments/{record.id}/sign").form() | {"password": PASSWORD}
        for browser in browsers
    ]
    gate = threading.Barrier(2)

    def send(browser, fields):
        gate.wait()
        browser.post(f"/replenishments/{record.id}/sign", fields)

    threads = [threading.Thread(target=send, args=pair) for pair in zip(browsers, forms, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [browser.status for browser in browsers] == [303, 303]
    assert now(app, record).state == "ordered"


def test_a_signer_who_lost_the_role_between_looking_and_signing_is_refused(app, as_role, filed, people, on):
    record, manager = filed(), as_role("sales_manager")
    fields = manager.get(f"/replenishments/{record.id}/sign").form() | {"password": PASSWORD}
    with kept(app):
        person = db.session.get(User, people["sales_manager"].id)
        person.edit(
            name=person.name,
            memberships=[("sales", "sales_clerk", False)],
            note=None,
            by=people["administrator"],
            on=on,
        )
    assert manager.post(f"/replenishments/{record.id}/sign", fields).status == 403
    assert now(app, record).running[0].signature_decision is None


def test_a_refusal_needs_its_reason(app, as_role, filed):
    record, manager = filed(), as_role("production_manager")
    manager.step(f"/replenishments/{record.id}/refuse", password=PASSWORD)
    assert (manager.status, list(manager.faults)) == (422, ["reason"])
    manager.send(f"/replenishments/{record.id}/refuse", reason="库存可调拨", password=PASSWORD)
    assert (manager.status, now(app, record).state) == (303, "turned_down")
    assert "库存可调拨" in manager.get(f"/replenishments/{record.id}").text


def test_splitting_over_two_returns_of_one_complaint_needs_the_general_manager(
    app, as_role, filed, people, on, asked
):
    with kept(app):
        slips = [Returns(people, on)("registered", complaint_id=filed.build.complaint_id) for _ in range(2)]
    clerk = as_role("sales_clerk")
    for slip in slips:
        clerk.step("/replenishments/new", return_no=slip.number, **asked("500"))
        assert clerk.status == 303, clerk.faults
    assert [len(loaded(app, Replenishment, number).running) for number in (1, 2)] == [3, 3]


def test_a_refused_application_asks_nobody_any_more(as_role, filed):
    page = as_role("auditor").get(f"/replenishments/{filed('rejected').id}")
    assert [word in page.text for word in ("已驳回", "现可签核", "目前没有人可以签")] == [True, False, False]


def test_who_may_never_sign_is_refused_before_it_is_asked_where_the_application_stands(as_role, filed):
    record = filed("ordered")
    assert [
        as_role(role).get(f"/replenishments/{record.id}/order").status
        for role in ("planner", "auditor", "sales_manager")
    ] == [403, 403, 409]


@pytest.mark.usefixtures("nobody_in_place")
def test_nobody_who_can_sign_is_shown_as_a_fault(app, as_role, filed):
    record = filed(by="sales_manager", signed=("production_manager",))
    assert (
        "目前没有人可以签下一项签核（业务经理）"
        in as_role("auditor").get(f"/replenishments/{record.id}").text
    )
    assert "目前没有人可以签核" in as_role("auditor").get("/approvals/?whose=all").text


def test_what_is_signed_shows_lines_own_amount_and_what_makes_up_the_sum(as_role, filed):
    first, second = filed(price="600"), filed(price="399.99")
    refused, page = (
        filed("rejected", price="5"),
        as_role("sales_manager").get(f"/replenishments/{second.id}/sign"),
    )
    rows = page.soup.select(".sum-of-complaint tr")
    assert [[cell.get_text(" ", strip=True) for cell in row.select("th, td")] for row in rows[1:]] == [
        [first.number, "待核准", "600.00"],
        [f"{second.number} （本申请）", "待核准", "399.99"],
        ["同一投诉补货合计", "999.99"],
    ]
    assert "399.99" in page.soup.select_one(".panel table").get_text()
    assert refused.number not in page.soup.select_one(".sum-of-complaint").get_text()


def test_the_page_says_why_the_general_manager_is_no_longer_asked(as_role, filed, asked):
    first, second = filed(price="600", signed=("sales_manager",)), filed(price="600")
    as_role("sales_clerk").step(f"/replenishments/{second.id}/change", **asked("399.99"))
    as_role("production_manager").step(f"/replenishments/{first.id}/sign", password=PASSWORD)
    page = as_role("auditor").get(f"/replenishments/{first.id}").text
    assert "合计 999.99，低于 1,000.00" in page
    assert "紧急订单，待排程" in page


def test_who_changed_an_application_is_refused_its_signature_and_reads_why(app, as_role, filed, asked):
    record, manager = filed(), as_role("sales_manager")
    manager.step(f"/replenishments/{record.id}/change", **asked("600"))
    as_role("sales_clerk").step(f"/replenishments/{record.id}/change", **asked("600", order_no="PO-2"))
    assert manager.get(f"/replenishments/{record.id}/sign").status == 403
    why = "本申请由您提出或修改过，您不能签核"
    pages = {role: as_role(role).get(f"/replenishments/{record.id}").text for role in ROLES}
    assert {role for role, page in pages.items() if why in page} == {"sales_manager"}
    assert manager.get("/approvals/").soup.select(".approval-buttons a") == []


def test_a_refusal_is_read_changed_and_filed_again_by_who_filed_it(app, as_role, filed):
    record, clerk = filed("turned_down"), as_role("sales_clerk")
    assert "查看驳回" in clerk.get("/").text
    page = clerk.get(f"/replenishments/{record.id}/file_again")
    assert "库存可调拨" in page.text
    assert page.form()["lines-0-unit_price"] == "500"
    clerk.send(f"/replenishments/{record.id}/file_again", **{"lines-0-unit_price": "320"})
    assert (clerk.status, now(app, record).state, now(app, record).amount) == (303, "filed", 320)


def test_a_day_that_is_over_is_not_filed_again(app, as_role, people, on, filed):
    with kept(app):
        old = Replenishments(people, on - timedelta(days=9), filed.build.complaint_id)("turned_down")
    clerk = as_role("sales_clerk")
    clerk.step(f"/replenishments/{old.id}/file_again")
    assert (clerk.status, list(clerk.faults)) == (422, ["wanted_on"])


@pytest.mark.parametrize(
    ("fields", "status", "at"),
    [
        ({"currency": "USD", "rate": "7.123456"}, 303, []),
        ({"currency": "USD", "rate": ""}, 422, ["rate"]),
        ({"currency": "USD", "rate": "0"}, 422, ["rate"]),
        ({"currency": "USD", "rate": "7.1234567"}, 422, ["rate"]),
        ({"currency": "USD", "rate": "sieben"}, 422, ["rate"]),
        ({"currency": "CNY", "rate": "7.1"}, 422, ["rate"]),
        ({"currency": "CNY", "rate": "1"}, 303, []),
        ({"currency": "", "rate": ""}, 422, ["currency"]),
        ({"currency": "JPY", "rate": "0.000001"}, 422, ["rate_reason", "lines-0-unit_price"]),
        ({"currency": "USD", "rate": "0.01"}, 422, ["rate_reason"]),
        ({"currency": "USD", "rate": "0.01", "rate_reason": "合同约定"}, 303, []),
    ],
)
def test_a_currency_needs_its_rate(as_role, complaint_in, asked, fields, status, at):
    clerk = as_role("sales_clerk")
    clerk.step(
        "/replenishments/new", complaint_no=complaint_in("analysing").number, **asked("100.5") | fields
    )
    assert (clerk.status, list(clerk.faults)) == (status, at)


PRICES = (
    # (date, currency, price) of shipments to the customer, price of the product → what is proposed
    ("CNY", [], None, None),
    ("CNY", [], "38.5", "38.50"),
    ("CNY", [(9, None, "40"), (5, None, "41.25"), (2, None, None)], "38.5", "41.25"),
    ("CNY", [(9, None, "40"), (2, "USD", "6.1")], None, "40.00"),
    ("USD", [(9, None, "40"), (2, "USD", "6.1")], "38.5", "6.10"),
    ("EUR", [(9, None, "40")], "38.5", None),
)


@pytest.mark.parametrize(("currency", "shipped", "product_price", "proposed"), PRICES)
def test_a_unit_price_is_typed_only_where_none_is_known(
    app, as_role, complaint_in, asked, people, on, currency, shipped, product_price, proposed
):
    number = complaint_in("analysing").number
    with kept(app):
        if product_price:
            db.session.get(Product, 1).edit(by=people["engineer"], on=on, unit_price=Decimal(product_price))
        for days, of_price, price in shipped:
            Shipment.create(
                customer_id=1,
                product_id=1,
                order_no=f"PO-{days}",
                lot_no=f"L{days}",
                quantity=10,
                shipped_on=day_of(on) - timedelta(days=days),
                unit_price=Decimal(price) if price else None,
                currency=of_price,
                by=people["sales_clerk"],
                on=on,
            )
    clerk = as_role("sales_clerk")
    clerk.step(
        "/replenishments/new",
        complaint_no=number,
        **asked("", currency=currency, rate="" if currency == "CNY" else "7.1"),
    )
    if proposed is None:
        assert (clerk.status, list(clerk.faults)) == (422, ["lines-0-unit_price"])
    else:
        record = loaded(app, Replenishment, 1)
        assert (clerk.status, f"{record.lines[0].unit_price:.2f}") == (303, proposed)


def test_a_known_price_stands_in_the_form_of_a_complaint(app, as_role, complaint_in, people, on):
    complaint = complaint_in("analysing")
    with kept(app):
        db.session.get(Product, 1).edit(by=people["engineer"], on=on, unit_price=Decimal("38.5"))
    form = as_role("sales_clerk").get(f"/replenishments/new?complaint={complaint.id}").form()
    assert (form["lines-0-product_id"], form["lines-0-unit_price"]) == ("1", "38.5")


def test_who_signs_sees_currency_rate_and_the_amount_in_rmb(as_role, complaint_in, asked):
    clerk = as_role("sales_clerk")
    clerk.step(
        "/replenishments/new",
        complaint_no=complaint_in("analysing").number,
        **asked("100.5", currency="USD", rate="7.1"),
    )
    page = as_role("sales_manager").get("/replenishments/1/sign").soup.select_one(".panel").get_text(" ")
    assert [word in page for word in ("美元", "7.1", "100.50 USD", "713.55")] == [True] * 4


def test_who_signs_sees_why_a_rate_is_far_from_the_usual(app, as_role, complaint_in, asked):
    clerk = as_role("sales_clerk")
    clerk.step(
        "/replenishments/new",
        complaint_no=complaint_in("analysing").number,
        **asked("100.5", currency="USD", rate="0.5", rate_reason="合同约定汇率"),
    )
    page = as_role("sales_manager").get("/replenishments/1/sign").soup.select_one(".panel").get_text(" ")
    assert "合同约定汇率" in page
    assert "合同约定汇率" in text_of(clerk.get("/replenishments/1.pdf").response.data)


def test_who_signs_is_warned_of_an_odd_rate_from_before_it_needed_a_reason(app, as_role, filed, people, on):
    record = filed()
    warning = "与常用汇率"
    with kept(app):
        db.session.execute(update(Replenishment).values(currency="USD", rate=Decimal("0.01")))
    assert warning in as_role("sales_manager").get(f"/replenishments/{record.id}/sign").text
    with kept(app):
        db.session.execute(update(Replenishment).values(rate=Decimal("7.1")))
    assert warning not in as_role("sales_manager").get(f"/replenishments/{record.id}/sign").text


def test_the_page_says_who_signs_in_place_of_the_only_sales_manager(as_role, filed):
    record = filed(by="sales_manager")
    says = "由总经理代替业务经理核准"
    for role in ("sales_manager", "general_manager"):
        assert says in as_role(role).get(f"/replenishments/{record.id}").text
    assert "请总经理代为核准" in as_role("sales_manager").get("/replenishments/new").text
    boss, production = as_role("general_manager"), as_role("production_manager")
    production.step(f"/replenishments/{record.id}/sign", password=PASSWORD)
    assert record.number in boss.get("/").text
    boss.step(f"/replenishments/{record.id}/sign", password=PASSWORD)
    assert boss.status == 303
    assert "代业务经理" in text_of(boss.get(f"/replenishments/{record.id}.pdf").response.data)


# The order


def test_the_urgent_order_goes_through_planning_production_and_warehouse(app, as_role, filed, on):
    record, today = filed("ordered"), day_of(on).isoformat()
    for role, step, fields in (
        ("planner", "schedule", {"work_order": "WO-7", "scheduled_on": today}),
        ("production_operator", "make", {}),
        ("warehouse_keeper", "ship", {"delivery_no": "SH-9"}),
    ):
        person = as_role(role)
        person.step(f"/replenishments/{record.id}/{step}", **fields)
        assert person.status == 303, (step, person.faults)
    assert now(app, record).state == "dispatched"


@pytest.mark.parametrize(("step", "state"), [("schedule", "ordered"), ("reschedule", "scheduled")])
@pytest.mark.parametrize(
    ("days", "note", "at"), [(-1, "", ["scheduled_on"]), (6, "", ["note"]), (5, "", []), (6, "磁钢缺料", [])]
)
def test_an_order_is_planned_later_than_the_customer_wants_it_only_with_the_reason(
    as_role, filed, on, step, state, days, note, at
):
    record, planner = filed(state), as_role("planner")
    planner.step(
        f"/replenishments/{record.id}/{step}",
        work_order="WO-7",
        scheduled_on=(day_of(on) + timedelta(days=days)).isoformat(),
        note=note,
    )
    assert (planner.status, list(planner.faults)) == (422 if at else 303, at)
    assert note in planner.get(f"/replenishments/{record.id}").text


@pytest.mark.parametrize(("days", "status"), [(1, 422), (-1, 422), (0, 303)])
def test_nothing_is_made_before_its_order_or_in_the_future(as_role, filed, on, days, status):
    record, operator = filed("scheduled"), as_role("production_operator")
    operator.step(
        f"/replenishments/{record.id}/make", made_on=(day_of(on) + timedelta(days=days)).isoformat()
    )
    assert operator.status == status


# The queue


def test_the_queue_says_what_from_whom_the_amount_the_clause_and_what_else_is_open(
    app, as_role, filed, complaint_in
):
    record = filed(price="1234.5")
    complaint_in("accepted")
    complaint_in("closed")
    row = as_role("sales_manager").get("/approvals/").soup.select_one(".approval")
    text = row.get_text(" ", strip=True)
    assert all(
        words in text
        for words in (
            record.number,
            "业务经理甲",
            "1,234.50",
            "5.3.4",
            "华声汽配 另有未结",
            "客户投诉 2",
            "提出：业务员/跟单员甲",
            "等待 业务经理甲",
        )
    )
    assert "补货 1" not in text
    assert [link.get_text() for link in row.select(".approval-buttons a")] == ["核准补货", "驳回"]


def test_the_queue_counts_what_else_the_customer_has_open_and_not_the_line_itself(
    as_role, filed, complaint_in
):
    filed()
    rows = as_role("sales_manager").get("/approvals/").soup.select(".approval")
    assert ["补货" in row.select_one(".approval-facts").get_text() for row in rows] == [False]
    filed()
    rows = as_role("sales_manager").get("/approvals/").soup.select(".approval")
    assert ["补货 1" in row.get_text(" ", strip=True) for row in rows] == [True, True]


def test_the_queue_holds_every_kind_of_signature(app, as_role, filed, complaint_in):
    filed()
    complaint_in("accepted")
    page = as_role("auditor").get("/approvals/?whose=all")
    assert [row.select_one("b").get_text().split(" · ")[0] for row in page.soup.select(".approval")] == [
        "分析确认",
        "核准补货",
        "核准补货",
        "结案",
    ]
    assert page.soup.select(".approval-buttons a") == []


def test_everyone_has_their_own_queue(as_role, filed, complaint_in):
    filed()
    complaint_in("accepted")
    found = {
        role: [
            row.select_one("b").get_text().split(" · ")[0]
            for row in as_role(role).get("/approvals/").soup.select(".approval")
        ]
        for role in (
            "sales_manager",
            "production_manager",
            "general_manager",
            "quality_supervisor",
            "sales_clerk",
        )
    }
    assert found == {
        "sales_manager": ["核准补货"],
        "production_manager": ["核准补货"],
        "general_manager": [],
        "quality_supervisor": ["分析确认", "结案"],
        "sales_clerk": [],
    }


def test_signed_from_the_queue_one_is_back_in_the_queue(app, as_role, filed):
    record, manager = filed(), as_role("sales_manager")
    manager.step(f"/replenishments/{record.id}/sign?then=approvals", password=PASSWORD)
    assert (manager.status, manager.location) == (303, "/approvals/")
    assert now(app, record).running[0].signature_decision == "signed"


def test_by_htmx_the_queue_alone_is_drawn_anew(app, as_role, filed):
    record, manager = filed(), as_role("sales_manager")
    fields = manager.get(f"/replenishments/{record.id}/sign?then=approvals").form() | {"password": PASSWORD}
    manager.post(f"/replenishments/{record.id}/sign?then=approvals", fields, htmx=True)
    assert (manager.status, manager.response.headers["HX-Location"]) == (
        200,
        '{"path": "/approvals/", "target": "#rows", "swap": "outerHTML"}',
    )


def test_a_made_up_way_back_is_not_followed(app, as_role, filed):
    record, manager = filed(), as_role("sales_manager")
    manager.step(f"/replenishments/{record.id}/sign?then=https://evil.test", password=PASSWORD)
    assert (manager.status, manager.location) == (303, f"/replenishments/{record.id}")


def test_the_queue_asks_as_many_questions_for_many_as_for_one(as_role, filed, count_queries):
    reader, ran_so_far = as_role("sales_manager"), []
    for _ in range(2):
        for _ in range(3):
            filed(price="1")
        with count_queries() as ran:
            reader.get("/approvals/")
        ran_so_far.append(len(ran))
    assert ran_so_far[0] == ran_so_far[1]


def test_the_list_asks_as_many_questions_for_many_as_for_one(as_role, filed, count_queries):
    reader, ran_so_far = as_role("auditor"), []
    for _ in range(2):
        for _ in range(3):
            filed("ordered", price="1")
        with count_queries() as ran:
            reader.get("/replenishments/")
        ran_so_far.append(len(ran))
    assert ran_so_far[0] == ran_so_far[1]


@pytest.mark.both_databases
def test_the_register_names_who_approved(as_role, filed):
    filed("dispatched", price="999.99")
    page = as_role("auditor").get("/reports/replenishments")
    assert all(words in page.text for words in ("EO-", "999.99", "业务经理甲", "生产经理甲", "已出货"))
    assert as_role("auditor").get("/reports/replenishments.xlsx").status == 200


# Deputies


def test_a_manager_names_a_deputy_who_signs_from_the_queue(app, as_role, filed, on):
    record, manager, planner = filed(), as_role("sales_manager"), as_role("planner")
    assert planner.get(f"/replenishments/{record.id}/sign").status == 403
    manager.step(
        "/approvals/deputies", deputy_id=str(person_id(app, "planner")), last_on=day_of(on).isoformat()
    )
    assert manager.status == 303, manager.faults
    assert "您代理 业务经理甲（业务经理）签核" in planner.get("/approvals/").text
    assert [link.get_text() for link in planner.soup.select(".approval-buttons a")] == ["核准补货", "驳回"]
    planner.step(f"/replenishments/{record.id}/sign?then=approvals", password=PASSWORD)
    assert (planner.status, now(app, record).running[0].signature_decision) == (303, "signed")
    assert "计划员甲 (代 业务经理甲)" in manager.get(f"/replenishments/{record.id}").text
    manager.post("/approvals/deputies/1/withdraw")
    assert (manager.status, planner.get("/approvals/").soup.select(".approval")) == (303, [])


def person_id(app, username: str) -> int:
    with app.app_context():
        return User.by_username(username).id


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"deputy_id": ""}, "deputy_id"),
        ({"deputy_id": "9999"}, "deputy_id"),
        ({"last_on": "2020-01-01"}, "last_on"),
        ({"first_on": "x"}, "first_on"),
        ({"first_on": "2099-01-02", "last_on": "2099-01-01"}, "last_on"),
        ({"first_on": "2019-01-01", "last_on": "2020-01-01"}, "last_on"),
        ({"role": "general_manager"}, "role"),
    ],
)
def test_a_deputy_that_does_not_hold_is_refused_beside_its_field(app, as_role, on, fields, at):
    manager = as_role("sales_manager")
    manager.step(
        "/approvals/deputies",
        **{"deputy_id": str(person_id(app, "planner")), "last_on": day_of(on).isoformat(), **fields},
    )
    assert (manager.status, list(manager.faults)) == (422, [at])


@pytest.mark.parametrize("role", ["\x00", "auditor", ""])
def test_a_deputy_is_named_for_a_role_that_one_has(app, as_role, on, role):
    manager = as_role("sales_manager")
    manager.step(
        "/approvals/deputies",
        deputy_id=str(person_id(app, "planner")),
        last_on=day_of(on).isoformat(),
        role=role,
    )
    assert (manager.status, list(manager.faults)) == (422, ["role"])


def test_deputies_are_named_by_approvers_and_withdrawn_by_who_named_them(app, as_role, on):
    assert [
        as_role(role).get("/approvals/deputies").status
        for role in ("sales_clerk", "auditor", "general_manager")
    ] == [403, 403, 200]
    as_role("sales_manager").step(
        "/approvals/deputies", deputy_id=str(person_id(app, "planner")), last_on=day_of(on).isoformat()
    )
    other = as_role("general_manager")
    assert [other.post(f"/approvals/deputies/{number}/withdraw").status for number in (1, 99)] == [403, 404]


def test_one_deputy_at_a_time_is_named_and_never_oneself(app, as_role, on):
    manager = as_role("sales_manager")
    days = {"first_on": day_of(on).isoformat(), "last_on": (day_of(on) + timedelta(days=3)).isoformat()}
    manager.step("/approvals/deputies", deputy_id=str(person_id(app, "sales_manager")), **days)
    assert (manager.status, list(manager.faults)) == (422, ["deputy_id"])
    manager.step("/approvals/deputies", deputy_id=str(person_id(app, "planner")), **days)
    assert manager.status == 303, manager.faults
    manager.step("/approvals/deputies", deputy_id=str(person_id(app, "engineer")), **days)
    assert (manager.status, list(manager.faults)) == (422, ["first_on"])


@pytest.mark.both_databases
def test_a_button_that_withdraws_is_pressed_twice(app, as_role, on):
    manager = as_role("sales_manager")
    manager.step(
        "/approvals/deputies", deputy_id=str(person_id(app, "planner")), last_on=day_of(on).isoformat()
    )
    assert [manager.post("/approvals/deputies/1/withdraw").status for _ in range(2)] == [303, 303]
    assert as_role("general_manager").post("/approvals/deputies/1/withdraw").status == 403


def test_nobody_is_offered_a_signature_that_nobody_can_give_and_the_queue_narrows_by_what_is_signed(
    as_role, filed
):
    filed(by="sales_manager", signed=("production_manager",))
    page = as_role("sales_manager").get("/approvals/?whose=all&what=replenishment.sign")
    assert [row.select(".approval-buttons a") for row in page.soup.select(".approval")] == [[]]
    offered = [option["value"] for option in page.soup.select("select[name=what] option")]
    assert ["replenishment.sign" in offered, "return.close" in offered, "return.count" in offered] == [
        True,
        True,
        False,
    ]


@pytest.mark.both_databases
def test_a_deputy_who_is_the_applicant_sees_the_line_and_cannot_sign_it(app, as_role, filed, on):
    filed()
    as_role("sales_manager").step(
        "/approvals/deputies", deputy_id=str(person_id(app, "sales_clerk")), last_on=day_of(on).isoformat()
    )
    rows = as_role("sales_clerk").get("/approvals/").soup.select(".approval")
    assert [row.select(".approval-buttons a") for row in rows] == [[]]


def test_a_deputy_of_one_manager_signs_no_line_of_the_other(app, as_role, filed, on):
    filed()
    as_role("sales_manager").step(
        "/approvals/deputies", deputy_id=str(person_id(app, "planner")), last_on=day_of(on).isoformat()
    )
    rows = as_role("planner").get("/approvals/?whose=all").soup.select(".approval")
    found = {
        row.select_one(".approval-facts").get_text(" ", strip=True).split("等待 ")[1].split()[0]: len(
            row.select(".approval-buttons a")
        )
        for row in rows
    }
    assert {name: found[name] for name in ("业务经理甲", "生产经理甲")} == {"业务经理甲": 2, "生产经理甲": 0}


# What the forms refuse


@pytest.mark.parametrize(
    ("state", "at"), [("at_gate", "return_no"), ("closed", "return_no"), ("not_taken", "return_no")]
)
def test_a_return_without_a_complaint_or_at_its_end_gets_no_replenishment(
    app, as_role, people, on, asked, state, at
):
    with kept(app):
        slip = Returns(people, on)(state)
    clerk = as_role("sales_clerk")
    clerk.step("/replenishments/new", return_no=slip.number, **asked())
    assert (clerk.status, list(clerk.faults)) == (422, [at])


def test_return_and_complaint_belong_together_however_their_numbers_are_written(
    app, as_role, people, on, asked, complaint_in
):
    with kept(app):
        slip = Returns(people, on)("registered")
        complaint = slip.complaint.number
    clerk, other = as_role("sales_clerk"), complaint_in("analysing").number
    clerk.step("/replenishments/new", return_no=slip.number, complaint_no=other, **asked())
    assert (clerk.status, list(clerk.faults)) == (422, ["complaint_no"])
    clerk.send("/replenishments/new", return_no=slip.number.lower(), complaint_no=complaint.lower())
    assert clerk.status == 303, clerk.faults


def test_a_day_that_is_over_stays_on_an_old_application_and_no_other_is_written(
    app, as_role, people, on, filed, asked
):
    with kept(app):
        old = Replenishments(people, on - timedelta(days=9), filed.build.complaint_id)()
    clerk = as_role("sales_clerk")
    clerk.step(f"/replenishments/{old.id}/change", replenishment_reason="客户催货")
    assert clerk.status == 303, clerk.faults
    clerk.step(f"/replenishments/{old.id}/change", wanted_on=(day_of(on) - timedelta(days=1)).isoformat())
    assert (clerk.status, list(clerk.faults)) == (422, ["wanted_on"])


@pytest.mark.parametrize(("made", "days", "status"), [(0, -1, 422), (0, 0, 303), (0, 1, 422)])
def test_nothing_is_shipped_before_it_is_made_or_in_the_future(
    app, as_role, people, on, filed, made, days, status
):
    with kept(app):
        record = Replenishments(people, on - timedelta(days=4), filed.build.complaint_id)("scheduled")
        db.session.get(Replenishment, record.id).make(
            made_on=day_of(on) + timedelta(days=made), by=people["production_manager"], on=on
        )
    keeper = as_role("warehouse_keeper")
    keeper.step(
        f"/replenishments/{record.id}/ship",
        delivery_no="SH-9",
        sent_off_on=(day_of(on) + timedelta(days=days)).isoformat(),
    )
    assert keeper.status == status


@pytest.mark.both_databases
def test_the_list_narrows_by_what_is_open(as_role, filed):
    numbers = [filed(state, price="1").number for state in ("made", "dispatched", "rejected")]
    page = as_role("auditor").get("/replenishments/?state=open").text
    assert [number in page for number in numbers] == [True, False, False]


def test_what_is_refused_is_not_late_and_signatures_that_a_change_voided_are_named(
    app, as_role, people, on, filed
):
    with kept(app):
        build = Replenishments(people, on - timedelta(days=9), filed.build.complaint_id)
        refused, changed = build("rejected"), build(signed=("sales_manager",), changed=True)
    reader = as_role("auditor")
    assert [
        "已逾期" in reader.get(f"/replenishments/{one.id}").soup.select_one(".record-sub").get_text()
        for one in (refused, changed)
    ] == [False, True]
    voided = [
        reader.get(f"/replenishments/{one.id}").soup.find(
            "p", string=lambda text: text and "因后来的变更作废" in text
        )
        for one in (refused, changed)
    ]
    assert [voided[0], "业务经理" in voided[1].text, "生产经理" in voided[1].text] == [None, True, False]


def test_a_price_that_is_no_number_is_not_said_to_be_missing_too(as_role, complaint_in, asked):
    clerk = as_role("sales_clerk")
    clerk.step("/replenishments/new", complaint_no=complaint_in("analysing").number, **asked("免费"))
    assert "不收费也要填写" not in clerk.faults["lines-0-unit_price"]


def test_a_countersignature_is_offered_to_whose_it_is_and_stands_in_everybodys_queue(as_role, complaint_in):
    complaint_in("answering", route="meeting", met=True, disposed=True)
    found = {
        role: [
            [link.get_text() for link in row.select(".approval-buttons a")]
            for row in as_role(role).get("/approvals/?whose=all").soup.select(".approval")
        ]
        for role in ("sales_manager", "planner")
    }
    assert [sorted(map(len, buttons)) for buttons in found.values()] == [[0, 0, 1], [0, 0, 0]]


def test_an_application_without_complaint_and_return_is_asked_for_one_of_them(as_role, asked):
    clerk = as_role("sales_clerk")
    clerk.step("/replenishments/new", **asked())
    assert "请填写投诉编号或退货单号" in clerk.faults["complaint_no"]


@pytest.mark.parametrize(
    ("price", "shown"),
    [("236", "236.00"), ("99.9995", "99.9995"), ("0.5", "0.50"), ("1234.125", "1,234.125")],
)
def test_a_unit_price_stands_with_two_decimals_or_as_many_as_it_has(as_role, filed, price, shown):
    row = (
        as_role("auditor")
        .get(f"/replenishments/{filed(price=price).id}")
        .soup.select_one("#block-B table tbody tr, .panel table tbody tr")
    )
    assert row.select("td")[1].get_text() == shown


def test_who_approves_is_told_before_a_change_that_they_will_not_sign_it(as_role, filed):
    application = filed("filed")
    pages = {
        role: as_role(role).get(f"/replenishments/{application.id}/change")
        for role in ("sales_clerk", "sales_manager")
    }
    assert ["本人不能核准" in pages[role].text for role in pages] == [False, True]


def boxes_of_signers(record_id: int) -> dict[str, str]:
    """{title of a box: what stands in it while nobody has signed} of the printed application."""
    record = db.session.get(Replenishment, record_id)
    boxes = REPLENISHMENT_APPLICATION.signed
    return {box.term: box.unsigned(record) for box in boxes if not (box.signed and box.signed(record))}


def test_the_box_of_a_signature_that_is_still_to_come_is_empty_on_paper(app, filed):
    record = filed(price="1000", signed=("sales_manager",))
    with kept(app), app.test_request_context():
        boxes = boxes_of_signers(record.id)
    assert (boxes["production_manager"], boxes["general_manager"]) == ("", "")


def test_the_general_managers_box_says_why_he_is_not_asked(app, filed):
    record = filed(price="500")
    with app.test_request_context(headers={"Accept-Language": "zh"}):
        assert boxes_of_signers(record.id)["general_manager"] == "/ 合计 500.00，低于 1,000.00"


def test_what_is_ordered_or_refused_awaits_nobody_on_paper(app, filed):
    record = filed("turned_down", price="1000")
    with app.test_request_context():
        assert boxes_of_signers(record.id)["general_manager"] == "/"
