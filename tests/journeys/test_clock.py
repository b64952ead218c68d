"""The reply clock by clicks alone (5.2.1.2, 5.2.2.6): declined and passed on again, registered with a date of
the customer's own, consented to in Approvals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.journeys.conftest import Person

PASSED_ON = r"ZD-\d{6}-\d{4}"


def test_the_customers_own_date_counts_once_the_sales_manager_has_signed(
    person: Callable[..., Person], photo: Path
) -> None:
    keeper, clerk, manager = (person(role) for role in ("warehouse_keeper", "sales_clerk", "sales_manager"))
    keeper.press("转达业务部")
    keeper.write("客户（转达人所述）", "华声汽配送货司机")
    keeper.choose("方式", "来访")
    keeper.write("投诉内容", "司机说上批有两箱标签贴错")
    keeper.press("转达业务部")
    keeper.see("已完成：转达业务部")
    passed_on = keeper.number(PASSED_ON)

    clerk.take("登记为投诉", passed_on)
    clerk.press("不予登记")
    clerk.write("原因", "没有订单号")
    clerk.press("不予登记")
    clerk.see("已完成：不予登记")

    keeper.take("知悉不予登记", passed_on)
    keeper.see("没有订单号")
    keeper.press("修改后再次转达")
    keeper.write("投诉内容", "司机出示订单 PO-1，两箱标签贴错")
    keeper.write("更正原因", "补充订单号")
    keeper.press("修改后再次转达")
    keeper.see("已完成：修改后再次转达")

    clerk.take("登记为投诉", passed_on)
    clerk.press("登记为投诉")
    clerk.choose("客户", "华声汽配")
    wished = (datetime.now(UTC) + timedelta(days=20)).strftime("%Y-%m-%dT10:00")
    clerk.write("客户要求回复时间", wished)
    clerk.write("变更原因", "客户来函要求")
    clerk.add_file(photo)
    clerk.press("登记为投诉")
    clerk.see("回复时间的变更待同意")
    number = clerk.number()

    manager.go("签核")
    manager.see(number)
    manager.press("同意变更回复时间")
    manager.wait_for_form()
    manager.see("客户来函要求")
    manager.write("密码", "demo")
    manager.press("同意变更回复时间")
    manager.see("已完成：同意变更回复时间")

    clerk.page.reload()
    clerk.see("客户要求回复时间")
    assert "回复时间的变更待同意" not in clerk.page.locator("#record").inner_text()
