"""Papers of 5.3: the return slip with both counts, the rework instruction, the replenishment application with
its boxes, the urgent order."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from cs.extensions import db
from cs.models.deputies import Deputy
from cs.models.replenishments.application import Replenishment
from cs.models.returns.customer_return import Return
from cs.printing.sheet_parts import signers_of, signing_events
from cs.records.users import User
from cs.registers.return_papers import RETURN_SLIP
from tests.pdfs import fonts_of, has, lines_of, pages_of, pdf, size_of, text_of, words_of
from tests.returned import LINES, PLACE
from tests.support import day_of, kept
from tests.tables import ROLES

READERS = [role for role in ROLES if role != "administrator"]
LONG = "客户产线老化测试第三工位发现右声道断续无声,敲击外壳后恢复,拆机见端子焊点发黑。" * 3


@pytest.fixture
def clerk(as_role):
    return as_role("sales_clerk")


def lacks(browser, address, *boxes):
    """Which of these boxes, label and value, is missing on the paper."""
    text = " ".join(lines_of(pdf(browser, address)))
    return [box for box in boxes if box not in text]


def signed_under(browser, address, title):
    """What stands under the titles of the boxes for signing, without white space between words."""
    lines = lines_of(pdf(browser, address))
    return " ".join(lines[max(place for place, line in enumerate(lines) if line.startswith(title)) :])


# The return slip


def test_every_box_of_a_closed_return_is_on_its_slip(app, people, clerk, return_in, on):
    slip = return_in(
        "confirmed",
        return_by=day_of(on) + timedelta(days=9),
        wants_goods=True,
        goods_wanted_on=day_of(on) + timedelta(days=3),
    )
    with kept(app):
        record = db.session.get_one(Return, slip.id)
        record.decline_goods(reason="客户库存够用", by=people["sales_clerk"], on=on)
        record.close(closing_note=None, by=people["quality_supervisor"], on=on)
    assert (
        lacks(
            clerk,
            f"/returns/{slip.id}.pdf",
            f"退货单号 {slip.number} 客户 广州华声汽车配件有限公司 客户退货单号 TH-01",
            "退货类型 使用不良 投诉编号 CC-",
            f"回交时间 {day_of(on) + timedelta(days=9)}",
            "登记人 业务员/跟单员甲 到货时间",
            f"补货要求日期 {day_of(on) + timedelta(days=3)}",  # A
            "责任方 本公司 判定依据 焊点虚焊,属本公司责任",
            f"拉回日期 {day_of(on)} 拉回安排 顺丰",  # B
            "2 CA-6920 合格 5 检验员甲 外观可接受",
            "RW-031",  # C, D
            f"返还/报废日期 {day_of(on)} 送货单号 SH-88 返还客户 11 报废合计 2",
            f"客户答复日期 {day_of(on)} 客户意见 数量无误",
        )
        == []
    )  # E


def test_the_slip_has_the_quantity_of_the_slip_beside_the_count_and_how_the_difference_was_settled(
    clerk, return_in
):
    lines = lines_of(pdf(clerk, f"/returns/{return_in('handling', until='inspect').id}.pdf"))
    assert "1 CA-6920 L2611 PO-1 右声道无声 只 10 8 -2 退货区1号位" in lines
    assert "2 CA-6920 L2612 / 外壳划伤 只 5 5 0 退货区1号位" in lines
    settled = lines[lines.index("差异") : lines.index("B 责任判定与拉回 5.3.1 · 5.3.5")]
    assert "1 CA-6920 L2611 -2 客户少装两只,已确认" in " ".join(settled).replace("业务员/跟单员 ", "")
    assert "2 CA-6920 L2612" not in " ".join(settled)


@pytest.mark.both_databases
def test_who_received_goods_at_the_gate_has_not_counted_them(clerk, return_in):
    lines = lines_of(pdf(clerk, f"/returns/{return_in('at_gate').id}.pdf"))
    registered, signed = (line for line in lines if "仓管员甲" in line)
    assert registered.startswith("登记时间")
    boxes = lines[lines.index(signed) - 1 :]
    assert (boxes[0], boxes[2]) == ("登记人 业务接收人 清点人 判定人 检验人 结案人", "/ / / / /")


def test_a_difference_that_nobody_settled_is_shown_as_open(clerk, return_in):
    lines = lines_of(pdf(clerk, f"/returns/{return_in('handling').id}.pdf"))
    assert "1 CA-6920 L2611 -2 / / /" in lines


def test_the_slip_says_of_each_line_what_became_of_it(clerk, return_in):
    lines = lines_of(pdf(clerk, f"/returns/{return_in('closed').id}.pdf"))
    assert "1 CA-6920 L2611 只 8 3 0 1 3 1 0 6 2" in lines
    assert "2 CA-6920 L2612 只 5 5 0 0 0 0 0 5 0" in lines


def test_what_is_not_counted_yet_is_struck_through(clerk, return_in):
    lines = lines_of(pdf(clerk, f"/returns/{return_in('registered').id}.pdf"))
    assert "1 CA-6920 L2611 PO-1 右声道无声 只 10 / / /" in lines
    assert "1 CA-6920 L2611 只 / / / / / / / / /" in lines
    assert lines[lines.index("D 重工 3.4 · 3.5 · 3.6") + 1] == "/"


def test_the_slip_of_what_is_not_ours_says_what_was_agreed(clerk, return_in):
    assert (
        lacks(
            clerk,
            f"/returns/{return_in('not_taken').id}.pdf",
            "责任方 客户 判定依据 客户接线短路烧毁",
            "商定结果 不予退货",
            "客户答复 同意报废",
        )
        == []
    )


def test_the_slip_names_the_replenishments_of_the_return(clerk, return_in, filed):
    slip = return_in("registered")
    asked = filed(return_id=slip.id, complaint_id=slip.complaint_id)
    assert has(clerk, f"/returns/{slip.id}.pdf", f"{asked.number} 待核准") == []


def test_sales_warehouse_and_quality_stand_under_the_slip(clerk, return_in):
    signed = signed_under(
        clerk, f"/returns/{return_in('closed').id}.pdf", "登记人 业务接收人 清点人 判定人 检验人 结案人"
    )
    for name in ("业务员/跟单员甲", "仓管员甲", "检验员甲", "品质主管甲"):
        assert name in signed, name


def test_who_registered_goods_at_the_gate_is_the_same_on_the_page_and_in_the_box_for_signing(
    app, clerk, return_in
):
    record = return_in("registered", here=True)  # the keeper registered them, the clerk took them over
    assert clerk.get(f"/returns/{record.id}").text.count("登记人") == 1
    page = {row.dt.text: row.dd.text for row in clerk.soup.select(".fact")}
    assert page["登记人"] == "仓管员甲"
    assert "仓管员甲" in signed_under(clerk, f"/returns/{record.id}.pdf", "登记人 业务接收人")
    with kept(app):
        record = db.session.get_one(Return, record.id)
        events = signing_events(record, RETURN_SLIP)
        signers = [[one["name"] for one in signers_of(box, record, events)] for box in RETURN_SLIP.signed]
    assert signers == [["仓管员甲"], ["业务员/跟单员甲"], [], [], [], []]


def test_a_void_return_says_so_in_red_and_why(clerk, return_in):
    assert has(clerk, f"/returns/{return_in('void').id}.pdf", "已作废", "重复登记") == []


def test_a_slip_of_thirty_lines_with_long_reasons_goes_over_pages_with_each_line_on_it(clerk, return_in):
    rows = tuple(
        LINES[0] | {"lot_no": f"L26-{n:03d}", "return_reason": LONG, "slip_qty": Decimal(1000 + n)}
        for n in range(30)
    )
    data = pdf(clerk, f"/returns/{return_in('registered', lines=rows).id}.pdf?language=both")
    text = text_of(data)
    assert [n for n in range(30) if f"L26-{n:03d}" not in text or str(1000 + n) not in text] == []
    assert pages_of(data) > 2
    assert f"第{pages_of(data)}页/共{pages_of(data)}页" in text
    assert text.count("On the slip") >= 3


# The rework instruction


def test_the_instruction_has_what_was_written_the_lines_the_days_and_the_bookings(clerk, return_in, on):
    slip = return_in("handling", until="reinspect", return_by=day_of(on) + timedelta(days=9))
    address = f"/returns/{slip.id}/rework_instruction.pdf"
    assert (
        has(
            clerk,
            address,
            slip.number,
            "CC-",
            "RW-031",
            "补焊右声道端子,重测",
            "工艺工程师甲",
            str(day_of(on) + timedelta(days=9)),
        )
        == []
    )
    lines = lines_of(pdf(clerk, address))
    assert f"1 CA-6920 L2611 右声道无声 退货区1号位 只 3 {day_of(on) + timedelta(days=2)}" in lines
    assert "1 CA-6920 L2611 只 3 3 2 1 0" in lines
    booked = [
        line.split(" ", 2)[2] for line in lines if line.startswith(f"{day_of(on)} ") and " CA-6920 " in line
    ]
    assert booked == [
        "1 CA-6920 转重工 3 检验员甲 /",
        "1 CA-6920 重工完成 2 生产作业员甲 /",
        "1 CA-6920 重工完成 1 生产作业员甲 /",
        "1 CA-6920 复检合格 2 检验员甲 /",
        "1 CA-6920 复检报废 1 检验员甲 /",
    ]
    assert not any("L2612" in line for line in lines)


def test_who_wrote_planned_reworked_and_inspected_stands_under_the_instruction(clerk, return_in):
    signed = signed_under(
        clerk,
        f"/returns/{return_in('handling', until='reinspect').id}/rework_instruction.pdf",
        "流程制定人 计划人 重工人 复检人",
    )
    for name in ("工艺工程师甲", "计划员甲", "生产作业员甲", "检验员甲"):
        assert name in signed, name


def test_two_instructions_stand_one_below_the_other_with_their_own_lines(app, clerk, return_in, on):
    slip = return_in("handling", until="instruct")
    with kept(app):
        again = db.session.get_one(Return, slip.id)
        line, keeper, inspector, engineer = (
            again.lines[1].id,
            *map(User.by_username, ("warehouse_keeper", "quality_inspector", "process_engineer")),
        )
        again.recount(
            line_id=line, quantity=Decimal(7), return_place=PLACE, reason="多出两只", by=keeper, on=on
        )
        again.inspect(line_id=line, bookings={"rework": Decimal(2)}, note=None, by=inspector, on=on)
        again.instruct(
            line_ids=[line],
            instruction="抛光外壳",
            instruction_no="RW-032",
            by=engineer,
            on=on + timedelta(minutes=1),
        )
    text = text_of(pdf(clerk, f"/returns/{slip.id}/rework_instruction.pdf"))
    assert text.count("B 重工流程") == 2
    places = [
        text.index(words) for words in ("RW-031", "补焊右声道端子", "L2611", "RW-032", "抛光外壳", "L2612")
    ]
    assert places == sorted(places)


def test_what_is_to_rework_without_an_instruction_yet_is_not_on_the_paper(app, clerk, return_in, on):
    slip = return_in("handling", until="instruct")
    with kept(app):
        again = db.session.get_one(Return, slip.id)
        line, keeper, inspector = (
            again.lines[1].id,
            *map(User.by_username, ("warehouse_keeper", "quality_inspector")),
        )
        again.recount(
            line_id=line, quantity=Decimal(7), return_place=PLACE, reason="多出两只", by=keeper, on=on
        )
        again.inspect(line_id=line, bookings={"rework": Decimal(2)}, note="划伤较深", by=inspector, on=on)
    address = f"/returns/{slip.id}/rework_instruction.pdf"
    assert has(clerk, address, "RW-031", "L2612", "划伤较深") == ["L2612", "划伤较深"]


def test_there_is_no_instruction_before_process_engineering_wrote_one(clerk, return_in):
    slip = return_in("handling", until="inspect")
    assert clerk.get(f"/returns/{slip.id}/rework_instruction.pdf").status == 404


# The application and its boxes for signing

BOXES = "申请人 业务经理 生产经理 总经理"


def test_every_box_of_an_application_is_on_its_paper(clerk, filed, return_in, on):
    slip = return_in("registered")
    asked = filed(price="500.1250", return_id=slip.id, complaint_id=slip.complaint_id)
    address = f"/replenishments/{asked.id}.pdf"
    assert (
        lacks(
            clerk,
            address,
            f"补货编号 {asked.number} 客户 广州华声汽车配件有限公司 原订单 PO-1",
            f"退货单号 {slip.number} 申请人 业务员/跟单员甲 是否收费 否",
            "补货原因 客户产线待料",
            f"要求交期 {day_of(on) + timedelta(days=5)} 金额（RMB） 500.13",
            "状态 待核准 紧急订单号 /",
        )
        == []
    )
    assert "1 CA-6920 6×9 英寸同轴扬声器 只 1 500.125 500.13" in lines_of(pdf(clerk, address))


def test_an_awaited_box_is_empty_and_one_that_nobody_signs_is_struck_through(clerk, filed, on):
    signed = signed_under(clerk, f"/replenishments/{filed(signed=('production_manager',)).id}.pdf", BOXES)
    assert signed.split().count("/") == 1  # the general manager's, below the limit
    assert "生产经理甲 已核准" in signed
    assert str(day_of(on)) in signed


def test_all_three_stand_under_an_application_of_a_thousand(clerk, filed):
    asked = filed(price="1000")
    filed.then(asked, "sales_manager", "production_manager", "general_manager")
    signed = signed_under(clerk, f"/replenishments/{asked.id}.pdf", BOXES)
    for name in (
        "业务员/跟单员甲",
        "业务经理甲 已核准",
        "生产经理甲 已核准",
        "总经理甲 已核准",
        asked.face_hash()[:12],
    ):
        assert name in signed, name
    assert "/" not in signed.split()


def test_a_deputys_signature_says_for_whom_it_was_given(app, people, clerk, filed, on):
    asked = filed()
    with kept(app):
        Deputy.name_for(
            role="sales_manager",
            deputy=people["quality_supervisor"],
            first_on=day_of(on),
            last_on=day_of(on),
            by=people["sales_manager"],
            on=on,
        )
        record = db.session.get_one(Replenishment, asked.id)
        record.sign(seen=record.face_hash(), by=people["quality_supervisor"], on=on)
    text = words_of(pdf(clerk, f"/replenishments/{asked.id}.pdf"))
    assert "品质主管甲已核准·代业务经理甲" in text
    assert "for业务经理甲" in words_of(pdf(clerk, f"/replenishments/{asked.id}.pdf?language=en"))


def test_a_refusal_stands_in_its_box_and_with_its_reason(clerk, filed):
    address = f"/replenishments/{filed('rejected').id}.pdf"
    assert lacks(clerk, address, "驳回原因 库存可调拨", "状态 已驳回") == []
    assert "生产经理甲 已驳回" in signed_under(clerk, address, BOXES)


def test_signatures_that_a_change_voided_are_no_longer_in_their_boxes_but_named(clerk, filed):
    address = f"/replenishments/{filed(signed=('sales_manager',), changed=True).id}.pdf"
    assert has(clerk, address, "因变更作废的签核", "业务经理业务经理甲") == []
    assert "已核准" not in signed_under(clerk, address, BOXES)


# The urgent order


@pytest.mark.parametrize("state", ["filed", "rejected"])
def test_there_is_no_urgent_order_before_all_have_signed(clerk, filed, state):
    assert clerk.get(f"/replenishments/{filed(state).id}/urgent_order.pdf").status == 404


def test_every_box_of_an_urgent_order_is_on_its_paper(clerk, filed, on):
    order = filed("dispatched")
    address = f"/replenishments/{order.id}/urgent_order.pdf"
    assert (
        lacks(
            clerk,
            address,
            f"紧急订单号 {order.order_number} 客户 广州华声汽车配件有限公司 原订单 PO-1",
            f"补货编号 {order.number} 投诉编号 CC-",
            "补货原因 客户产线待料",
            f"工单 WO-7 排程完工日 {day_of(on)}",
            f"完工日期 {day_of(on)} 出货日期 {day_of(on)} 送货单号 SH-9 准时 是",
        )
        == []
    )
    assert "1 CA-6920 6×9 英寸同轴扬声器 只 1" in lines_of(pdf(clerk, address))


def test_who_approved_planned_made_and_shipped_stands_under_the_order(clerk, filed):
    signed = signed_under(
        clerk,
        f"/replenishments/{filed('dispatched').id}/urgent_order.pdf",
        "申请人 核准 计划人 完工确认 出货确认",
    )
    for name in ("业务员/跟单员甲", "业务经理甲", "生产经理甲", "计划员甲", "仓管员甲"):
        assert name in signed, name


# All of them: languages, fonts, pages, links, who may, cost


@pytest.fixture
def papers(return_in, filed):
    """{form: its address} for a return that is reworked and an order that is made."""
    slip, order = return_in("handling", until="reinspect"), filed("made")
    return {
        "return_slip": f"/returns/{slip.id}.pdf",
        "rework_instruction": f"/returns/{slip.id}/rework_instruction.pdf",
        "replenishment": f"/replenishments/{order.id}.pdf",
        "urgent_order": f"/replenishments/{order.id}/urgent_order.pdf",
    }


TITLES = {
    "return_slip": ("退货单", "Return slip"),
    "rework_instruction": ("重工流程", "Rework instruction"),
    "replenishment": ("补货申请单", "Replenishment application"),
    "urgent_order": ("紧急订单", "Urgent order"),
}


@pytest.mark.parametrize("language", ["zh", "en", "both"])
def test_each_paper_is_in_the_language_asked_for_upright_numbered_and_with_its_own_fonts(
    clerk, papers, language
):
    wanted = {"zh": {"第1页/共1页"}, "en": {"Page1of1"}, "both": {"第1页/共1页Page1of1"}}[language]
    for form, address in papers.items():
        data = pdf(clerk, f"{address}?language={language}")
        text, titles = words_of(data), ["".join(title.split()) for title in TITLES[form]]
        assert [title in text for title in titles] == [language != "en", language != "zh"], form
        assert [words for words in wanted if words not in "".join(text_of(data).split())] == [], form
        assert (size_of(data), set(fonts_of(data).values())) == ((595, 842), {True}), form


def test_the_same_record_is_the_same_bytes(clerk, papers):
    assert [form for form, address in papers.items() if pdf(clerk, address) != pdf(clerk, address)] == []


def test_a_page_leads_to_each_paper_that_there_is_in_each_language(clerk, return_in, filed):
    def led(address):
        return [link["href"] for link in clerk.get(address).soup.select(".prints a")]

    def ways(*papers):
        return [f"{paper}.pdf?language={language}" for paper in papers for language in ("zh", "en", "both")]

    slip, reworked, asked, order = (
        return_in("registered"),
        return_in("handling", until="instruct"),
        filed(price="400"),
        filed("ordered", price="400"),
    )
    assert led(f"/returns/{slip.id}") == ways(f"/returns/{slip.id}")
    assert led(f"/returns/{reworked.id}") == ways(
        f"/returns/{reworked.id}", f"/returns/{reworked.id}/rework_instruction"
    )
    assert [label.get_text() for label in clerk.soup.select(".prints > span")] == ["退货单", "重工流程"]
    assert led(f"/replenishments/{asked.id}") == ways(f"/replenishments/{asked.id}")
    assert led(f"/replenishments/{order.id}") == ways(
        f"/replenishments/{order.id}", f"/replenishments/{order.id}/urgent_order"
    )


def test_a_number_that_the_factory_gives_a_form_stands_on_each_page_of_it(app, clerk, papers):
    rules = app.extensions["rulebook"]
    numbered = {form: replace(rules.forms[form], number=f"MJ-{place}") for place, form in enumerate(papers)}
    app.extensions["rulebook"] = replace(rules, forms=rules.forms | numbered)
    assert [
        text_of(pdf(clerk, address)).count(f"MJ-{place}") for place, address in enumerate(papers.values())
    ] == [2] * 4


def test_the_paper_that_the_record_is_has_one_address(clerk, papers):
    clerk.get("/returns/1/return_slip.pdf?language=en")
    assert clerk.location.endswith("/returns/1.pdf?language=en")


def test_a_download_bears_the_title_and_the_number(clerk, return_in):
    slip = return_in("registered")
    clerk.get(f"/returns/{slip.id}.pdf")
    assert f"return_slip-{slip.number}.pdf" in clerk.response.headers["Content-Disposition"]


@pytest.mark.parametrize(
    "address",
    [
        "/returns/99.pdf",
        "/returns/99/rework_instruction.pdf",
        "/returns/1/nothing.pdf",
        "/returns/1/urgent_order.pdf",
        "/replenishments/99.pdf",
        "/replenishments/99/urgent_order.pdf",
        "/replenishments/1/return_slip.pdf",
        "/complaints/1/return_slip.pdf",
    ],
)
def test_there_is_no_paper_of_what_is_no_record_or_no_form_of_it(clerk, papers, address):
    assert clerk.get(address).status == 404


def test_every_role_but_the_administrator_reads_them_and_a_stranger_signs_in_first(as_role, papers):
    assert {
        role: [as_role(role).get(address).status for address in papers.values()] for role in READERS
    } == dict.fromkeys(READERS, [200] * 4)
    assert [as_role("administrator").get(address).status for address in papers.values()] == [403] * 4
    assert all(as_role(None).get(address).location.startswith("/login") for address in papers.values())


def test_a_blank_slip_offers_its_choices_and_room_to_sign(clerk):
    assert (
        has(
            clerk,
            "/reports/blank/return_slip.pdf",
            "□进货检验批退",
            "□错发",
            "□本公司",
            "□原样退回",
            "登记人",
            "清点人",
            "检验人",
            "结案人",
        )
        == []
    )
    assert (
        has(
            clerk,
            "/reports/blank/replenishment.pdf",
            "□是□否",
            "驳回原因",
            "申请人",
            "业务经理",
            "生产经理",
            "总经理",
            "日期",
        )
        == []
    )


def test_the_forms_are_offered_as_blank_copies(clerk):
    links = {link["href"] for link in clerk.get("/reports/").soup.select("a[href*='/blank/']")}
    assert {
        f"/reports/blank/{form}.pdf?language={language}"
        for form in TITLES
        for language in ("zh", "en", "both")
    } <= links


def test_a_long_slip_costs_as_many_queries_as_a_short_one(clerk, return_in, count_queries):
    counts = []
    for many in (1, 20):
        rows = tuple(LINES[0] | {"lot_no": f"L{n}"} for n in range(many))
        slip = return_in("registered", lines=rows)
        with count_queries() as ran:
            pdf(clerk, f"/returns/{slip.id}.pdf?language=both")
        counts.append(len(ran))
    assert counts[0] == counts[1]
    assert counts[0] < 40
