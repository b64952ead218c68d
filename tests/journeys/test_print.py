"""The browser's own print: a register across the page, a record upright, with company, title and form number,
without what is for the screen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cs import create_app
from cs.extensions import db
from cs.records.users import User
from tests.pdfs import pages_of, size_of, text_of
from tests.returned import Replenishments, Returns
from tests.support import Cases
from tests.tables import ROLES

FOR_THE_SCREEN = ("我的工作", "退出", "清除条件", "Excel", "下一页", "English")


@pytest.fixture
def complaints(server: str, tmp_path: Path) -> None:
    """Twenty complaints on the server's site."""
    app = create_app({"CS_DATA": tmp_path, "CS_PASSWORD_COST": 1, "DATABASE_URL": ""})
    with app.app_context():
        cases = Cases(
            {
                role: User.by_username(role)
                for role in ("sales_clerk", "quality_inspector", "quality_supervisor")
            },
            datetime.now(UTC),
        )
        for _ in range(20):
            cases("closed", description="客户来电:装车后右声道无声,已更换三次仍然如此,要求当天答复。" * 3)
        db.session.commit()


@pytest.fixture
def order(server: str, tmp_path: Path) -> None:
    """A closed return on the server's site, and an urgent order for it."""
    app = create_app({"CS_DATA": tmp_path, "CS_PASSWORD_COST": 1, "DATABASE_URL": ""})
    with app.app_context():
        people, on = {role: User.by_username(role) for role in ROLES}, datetime.now(UTC)
        made = Returns(people, on)("closed")
        Replenishments(people, on, made.complaint_id)("dispatched", return_id=made.id)
        db.session.commit()


def printed(person: Any, address: str) -> bytes:
    person.page.goto(f"{person.address}{address}")
    return bytes(person.page.pdf(prefer_css_page_size=True))


def test_a_register_printed_by_the_browser_is_the_form_that_it_is(
    person: Callable[..., Any], complaints: None
) -> None:
    data = printed(person("quality_supervisor", tablet=False), "/reports/complaints?from=2026-01-01")
    text, pages = text_of(data), pages_of(data)
    assert size_of(data) == (842, 595)
    assert [
        word
        for word in ("本公司", "客户抱怨明细表", "MJ-QP-12-05", "2026-01-01", "每班点检", f"{pages}/{pages}")
        if word not in text.replace(" ", "")
    ] == []
    assert (pages > 1, text.count("投诉日期")) == (True, pages)
    assert [word for word in FOR_THE_SCREEN if word in text] == []


def test_a_record_printed_by_the_browser_is_the_paper_that_it_is(
    person: Callable[..., Any], complaints: None
) -> None:
    data = printed(person("quality_supervisor", tablet=False), "/complaints/1")
    text = text_of(data)
    assert size_of(data) == (595, 842)
    assert [
        word
        for word in (
            "本公司",
            "客户投诉处理报告",
            "MJ-QP-12-03",
            "广州华声汽车配件有限公司",
            "烙铁温度偏低",
            "客户已确认",
        )
        if word not in text
    ] == []
    assert [word for word in FOR_THE_SCREEN if word in text] == []


def test_a_return_and_its_order_printed_by_the_browser_are_the_papers_that_they_are(
    person: Callable[..., Any], order: None
) -> None:
    keeper = person("warehouse_keeper", tablet=False)
    for address, words in {
        "/returns/1": ("退货单", "右声道无声", "客户少装两只", "补焊右声道端子", "SH-88"),
        "/replenishments/1": ("紧急订单", "客户产线待料", "生产经理甲", "EO-", "WO-7"),
    }.items():
        data = printed(keeper, address)
        text = text_of(data)
        assert size_of(data) == (595, 842)
        assert [word for word in ("本公司", "广州华声汽车配件有限公司", *words) if word not in text] == []
        assert [word for word in FOR_THE_SCREEN if word in text] == []
