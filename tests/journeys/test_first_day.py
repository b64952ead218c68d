"""The administrator's first day: from an empty site to the first complaint, by clicks alone."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from cs import create_app
from cs.cli.setup import set_up
from cs.extensions import db
from cs.records.setup_links import SetupLink
from tests import support
from tests.importing import xlsx
from tests.journeys.conftest import DESK, HOST, ROOT, TABLET, Person, answer_cdn, free_port

PEOPLE = [
    ["姓名", "岗位", "部门", "部门负责人"],
    ["林晓雯", "业务员", "业务部", "否"],
    ["陈志强", "业务经理", "业务部", "是"],
    ["赵敏", "检验员", "品质部", ""],
    ["王建国", "品质主管", "品质部", "是"],
    ["孙立", "工程师", "工程部", "是"],
    ["何伟", "工艺工程师", "工艺部", "是"],
    ["刘洋", "生产作业员", "生产部", ""],
    ["高峰", "生产经理", "生产部", "是"],
    ["吴军", "计划员", "PMC", "是"],
    ["李芳", "仓管员", "仓库", "是"],
    ["郑总", "总经理", "总经理室", "是"],
]
CUSTOMERS = [
    ["客户名称", "简称", "联系人", "电话"],
    ["广州华声汽车配件有限公司", "华声汽配", "王工", "13800138000"],
]
PRODUCTS = [["型号", "规格"], ["CA-6920", "6×9 英寸同轴扬声器"]]


@pytest.fixture
def empty_site(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """A server on a site without accounts: its address, and the link that it printed."""
    app = create_app({"CS_DATA": tmp_path, "CS_PASSWORD_COST": 1, "DATABASE_URL": ""})
    port = free_port()
    environment = os.environ | {"CS_DATA": str(tmp_path), "CS_PASSWORD_COST": "1", "DATABASE_URL": ""}
    with app.app_context():
        set_up(datetime.now(UTC))
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "app", "serve", "--port", str(port)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(200):
            with suppress(urllib.error.URLError, OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/login", timeout=5)
                break
            time.sleep(0.1)
        with app.app_context():
            token = SetupLink.make(datetime.now(UTC))
            db.session.commit()
        yield f"http://{HOST}:{port}", f"/setup/{token}"
    finally:
        process.terminate()
        process.wait(20)


def import_table(person: Person, path: Path, rows: list[list[str]]) -> None:
    path.write_bytes(xlsx(rows))
    person.page.locator("input[type=file]:not([capture])").set_input_files(str(path))
    person.press("读取文件")
    person.press(f"导入 {len(rows) - 1} 行")


def step(person: Person, code: str) -> None:
    person.page.goto(person.address)
    expect(person.page.get_by_role("heading", name="开始使用")).to_be_visible()
    person.page.locator(f"#step-{code} .btn").first.click()


def is_done(person: Person, code: str) -> None:
    person.page.goto(f"{person.address}/admin/first-steps")
    expect(person.page.locator(f"#step-{code}")).to_contain_text("已完成")


def test_from_an_empty_site_to_the_first_complaint(
    chromium: Browser, empty_site: tuple[str, str], tmp_path: Path
) -> None:
    address, setup = empty_site
    contexts = []

    def browser(screen: dict) -> Person:
        context = chromium.new_context(**screen, locale="zh-CN", timezone_id="Asia/Shanghai")
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        answer_cdn(page, "copy", [])
        return Person(page, address)

    # the first administrator, by the link that the server printed, begins with the first steps
    administrator = browser(DESK)
    administrator.page.goto(address + setup)
    for label, text in (("用户名", "admin"), ("姓名", "周管理"), ("新密码", "meisheng 2026")):
        administrator.write(label, text)
    administrator.field("再次输入新密码").locator("input").fill("meisheng 2026")
    administrator.press("创建账号")
    expect(administrator.page.get_by_role("heading", name="开始使用")).to_be_visible()

    # name, logo and address
    step(administrator, "company")
    administrator.write("公司名称", "惠州美声电子有限公司")
    logo = tmp_path / "标志.jpg"
    logo.write_bytes(support.picture((300, 80), (0, 90, 160)))
    administrator.page.locator("input[type=file]:not([capture])").set_input_files(str(logo))
    administrator.press("保存")
    administrator.see("已保存")
    expect(administrator.page.locator(".nav-foot")).to_contain_text("惠州美声电子有限公司")
    administrator.page.goto(address)
    administrator.press("填写其他地址")
    administrator.write("平板访问地址", address)
    administrator.press("保存")
    administrator.see("已保存")
    is_done(administrator, "company")
    is_done(administrator, "address")

    # everybody of the factory's list, with a slip for each
    step(administrator, "people")
    import_table(administrator, tmp_path / "人员.xlsx", PEOPLE)
    slips = administrator.page.locator(".slip")
    expect(slips).to_have_count(len(PEOPLE) - 1)
    slip = slips.filter(has_text="林晓雯")
    expect(slip).to_contain_text(HOST)
    link = slip.locator(".slip-code").get_attribute("alt") or ""
    is_done(administrator, "people")
    is_done(administrator, "heads")

    # 业务员 opens the link of the slip on a tablet, chooses a password, and imports customers and products
    clerk = browser(TABLET)
    clerk.page.goto(link)
    clerk.see("linxiaowen")
    clerk.write("新密码", "huasheng 888")
    clerk.field("再次输入新密码").locator("input").fill("huasheng 888")
    clerk.press("设置密码并登录")
    expect(clerk.page.get_by_role("heading", name="我的工作")).to_be_visible()
    for section, rows in (("客户", CUSTOMERS), ("产品", PRODUCTS)):
        clerk.go(section)
        clerk.press("导入")
        import_table(clerk, tmp_path / f"{section}.xlsx", rows)
        clerk.see(rows[1][0])

    # all is ready: the administrator begins with the overview
    for code in ("holidays", "customers", "products"):
        is_done(administrator, code)
    administrator.page.goto(address)
    expect(administrator.page.get_by_role("heading", name="系统管理", exact=True)).to_be_visible()

    # and the first complaint is logged
    clerk.go("我的工作")
    clerk.press("登记投诉")
    clerk.choose("客户", "华声汽配")
    clerk.choose("方式", "电话")
    clerk.choose("口头/书面", "口头")
    clerk.choose("型号", "CA-6920")
    clerk.write("不良数", "2")
    clerk.choose("发现地点", "客户产线")
    clerk.write("投诉内容", "装车后右声道无声")
    clerk.press("登记投诉")
    clerk.see("已完成：登记投诉")
    assert clerk.number()
    for context in contexts:
        context.close()
