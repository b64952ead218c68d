"""The shop floor with a scanner and a thumb (5.3.3, 3.5): labels from the page, lines opened by their codes,
one after the other.

The tablet reaches the server under a host name over http: no camera stream, no clipboard; a scanner is a
keyboard, and files are pictures.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import expect

from cs import create_app
from cs.extensions import db
from cs.records.users import User
from tests.journeys.conftest import Person
from tests.pdfs import drawn, pages_of, size_of, text_of
from tests.returned import LINES, Returns
from tests.tables import ROLES

PHONE = {"width": 390, "height": 844}
THUMB = 44  # pixels
PRINTER = 203  # dots per inch of a plain label printer


@pytest.fixture
def awaited(server: str, tmp_path: Path) -> str:
    """A return of two lines whose goods are awaited; its number."""
    app = create_app({"CS_DATA": tmp_path, "CS_PASSWORD_COST": 1, "DATABASE_URL": ""})
    with app.app_context():
        build = Returns({role: User.by_username(role) for role in ROLES}, datetime.now(UTC))
        number = build(
            "expected", lines=(*LINES, LINES[0] | {"lot_no": "L2613", "slip_qty": Decimal(4)})
        ).number
        db.session.commit()
        return number


def scan(person: Person, code: str) -> None:
    """The scanner types into whatever has the focus: nothing, or a field for numbers."""
    person.page.wait_for_load_state()
    person.page.keyboard.type(code)
    person.page.keyboard.press("Enter")


def is_about(person: Person, step: str, line: str) -> None:
    expect(person.page.locator("h1")).to_contain_text(step)
    expect(person.page.locator("input[name=line_id]:checked + span")).to_contain_text(line)


def key_in(person: Person, label: str, quantity: str) -> None:
    """On the keypad, which is there at once: the field has the focus and holds nothing yet."""
    field = person.field(label).locator("input")
    expect(field).to_be_focused()
    expect(field).to_have_value("")
    person.page.keyboard.type(quantity)


def small_targets(person: Person) -> list[str]:
    """What a thumb must press on this page, but is lower than a thumb is wide."""
    person.page.wait_for_load_state()  # until then nothing is as high as it will be
    return person.page.evaluate(
        """least => [...document.querySelectorAll('main button, main .btn, main input, '
            + 'main textarea, main summary, main .choice, main .file-pick')]
        .map(one => one.closest('.choice, .file-pick') || one)
        .filter(one => one.offsetParent && one.type !== 'hidden')
        .filter(one => one.getBoundingClientRect().height < least)
        .map(one => one.outerHTML.slice(0, 80))""",
        THUMB,
    )


def codes_of(pdf: bytes) -> list[str]:
    """What a reader of codes sees on each page, as a label printer puts it on paper."""
    return [
        code.text
        for page in drawn(pdf, PRINTER)
        for code in zxingcpp.read_barcodes(Image.open(io.BytesIO(page)))
    ]


def test_labels_come_out_of_the_printer_each_on_its_own_and_can_be_read(
    person: Callable[..., Person], awaited: str
) -> None:
    keeper = person("warehouse_keeper")
    scan(keeper, awaited)
    keeper.press("打印标签")
    expect(keeper.page.get_by_role("button", name="打印", exact=True)).to_be_visible()
    pdf = bytes(keeper.page.pdf(prefer_css_page_size=True))
    assert (pages_of(pdf), size_of(pdf)) == (4, (198, 142))  # 70 × 50 mm
    assert codes_of(pdf) == [awaited, f"{awaited}/1", f"{awaited}/2", f"{awaited}/3"]
    text = text_of(pdf)
    assert [word for word in ("CA-6920", "L2611", "L2612", "华声汽配") if word not in text] == []
    assert [word for word in ("我的工作", "返回记录", "MJ-QP-12") if word in text] == []


def test_goods_are_counted_placed_reworked_and_inspected_by_scanning_their_labels(
    person: Callable[..., Person], awaited: str, photo: Path
) -> None:
    keeper, inspector = person("warehouse_keeper"), person("quality_inspector")
    keeper.page.set_viewport_size(PHONE)
    scan(keeper, f"{awaited}/2".lower())
    is_about(keeper, "清点入退货区", "2 · CA-6920 · L2612")
    keeper.see("退货单 5 只")
    assert small_targets(keeper) == []
    expect(keeper.field("实收数量").locator("input")).to_have_attribute("inputmode", "numeric")
    key_in(keeper, "实收数量", "5")
    keeper.tick("退货区2号位")
    keeper.add_file(photo)
    keeper.press("清点入退货区")
    keeper.see("已完成：清点入退货区")
    is_about(keeper, "清点入退货区", "3 · CA-6920 · L2613")
    expect(keeper.field("实收数量").locator("input")).to_be_focused()
    keeper.tick("退货区1号位")
    keeper.write("实收数量", "50个")  # a person's own words are no code
    keeper.page.keyboard.press("Enter")
    expect(keeper.field("实收数量").locator(".field-error")).to_be_visible()
    expect(keeper.field("实收数量").locator("input")).to_have_value("50个")
    keeper.field("实收数量").locator("input").fill("")
    scan(keeper, f"{awaited}/1")  # the field for the quantity has the focus
    is_about(keeper, "清点入退货区", "1 · CA-6920 · L2611")
    key_in(keeper, "实收数量", "10")
    keeper.tick("退货区3号位")
    keeper.press("清点入退货区")
    is_about(keeper, "清点入退货区", "3 · CA-6920 · L2613")
    key_in(keeper, "实收数量", "4")
    keeper.tick("退货区3号位")
    keeper.press("清点入退货区")
    expect(keeper.page.locator("h1")).to_contain_text(f"{awaited} 检验与重工")
    expect(keeper.page.locator(".file")).to_have_count(1)
    keeper.expect_work(f"清点入退货区 · {awaited}", there=False)

    scan(inspector, f"{awaited}/9")
    inspector.see("没有第 9 行")
    scan(inspector, f"{awaited}、1")
    is_about(inspector, "检验并处置", "1 · CA-6920 · L2611 · 退货区3号位")
    inspector.see("待检 10 只")
    assert small_targets(inspector) == []
    inspector.write("合格", "8")
    inspector.write("转重工", "2")
    inspector.press("检验并处置")
    for line, quantity in ((2, "5"), (3, "4")):
        is_about(inspector, "检验并处置", f"{line} · CA-6920")
        inspector.write("合格", quantity)
        inspector.press("检验并处置")
    inspector.see("已完成：检验并处置")

    engineer, planner, operator = person("process_engineer"), person("planner"), person("production_operator")
    scan(engineer, f"{awaited}/1")
    engineer.write("重工流程", "补焊端子，重测")
    engineer.press("制定重工流程")
    engineer.see("已完成：制定重工流程")
    planner.take("重工排程", awaited)
    planner.press("重工排程")
    planner.write("重工完成日", datetime.now(UTC).date().replace(year=datetime.now(UTC).year + 1).isoformat())
    planner.press("重工排程")
    planner.see("已完成：重工排程")

    scan(operator, f"{awaited}/1")
    is_about(operator, "报告重工数量", "1 · CA-6920")
    operator.see("补焊端子，重测")
    assert small_targets(operator) == []
    key_in(operator, "重工完成", "2")
    operator.press("报告重工数量")
    operator.see("已完成：报告重工数量")
    operator.expect_work(f"报告重工数量 · {awaited}", there=False)
    scan(inspector, f"{awaited}/1")
    is_about(inspector, "复检", "1 · CA-6920")
    inspector.write("复检合格", "2")
    inspector.press("复检")
    expect(inspector.page.locator("svg.tally").first).to_have_attribute(
        "aria-label", "合格 8 只, 复检合格 2 只"
    )


def test_without_javascript_a_code_is_typed_into_the_box(person: Callable[..., Person], awaited: str) -> None:
    keeper = person("warehouse_keeper", javascript=False)
    keeper.page.get_by_label("标签码或编号").fill(f"{awaited}/1")
    keeper.page.keyboard.press("Enter")
    is_about(keeper, "清点入退货区", "1 · CA-6920 · L2611")
    keeper.write("实收数量", "10")
    keeper.tick("退货区1号位")
    keeper.press("清点入退货区")
    is_about(keeper, "清点入退货区", "2 · CA-6920 · L2612")
