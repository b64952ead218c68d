"""Journeys: people of the factory before real browsers, a real server, nothing known but what stands on the
screen.

The server is reached under a host name of the intranet over plain http, as tablets reach it: browsers allow
less there than on
127.0.0.1. The CDN's address is answered by the tests: with the packaged copy, never, or not at all.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib.metadata import files
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Page, Playwright, Route, expect, sync_playwright

from cs import create_app
from cs.extensions import db
from cs.web.layout import HTMX_CDN
from tests import support

HOST = "kefu.factory.test"
ROOT = Path(__file__).parents[2]
TABLET = {"viewport": {"width": 1024, "height": 768}, "has_touch": True}
MENU_BELOW = 1100  # pixels of width
DESK = {"viewport": {"width": 1440, "height": 900}}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker(pytest.mark.browser)


def _chromium() -> str | None:
    return (
        os.environ.get("CS_CHROMIUM")
        or shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )


@pytest.fixture(scope="session")
def playwright_here() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def chromium(playwright_here: Playwright) -> Iterator[Browser]:
    path = _chromium()
    if path is None:
        if os.environ.get("CS_BROWSER_REQUIRED"):
            pytest.fail("no Chromium on this machine: apt install chromium")
        pytest.skip("no Chromium on this machine: apt install chromium")
    browser = playwright_here.chromium.launch(
        executable_path=path,
        args=[
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            f"--host-resolver-rules=MAP {HOST} 127.0.0.1",
        ],
    )
    yield browser
    browser.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def filled_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a site with a person for each role, made once and copied for each journey."""
    folder = tmp_path_factory.mktemp("filled")
    app = create_app({"CS_DATA": folder, "CS_PASSWORD_COST": 1, "DATABASE_URL": ""})
    support.fill(app)
    with app.app_context():
        db.engine.dispose()  # the last connection leaves everything in one file
    return folder


@pytest.fixture
def server(tmp_path: Path, filled_folder: Path) -> Iterator[str]:
    """A server process on a copy of the filled site; yields its address."""
    shutil.copytree(filled_folder, tmp_path, dirs_exist_ok=True)
    port = free_port()
    environment = os.environ | {"CS_DATA": str(tmp_path), "CS_PASSWORD_COST": "1", "DATABASE_URL": ""}
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
        yield f"http://{HOST}:{port}"
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture
def let_a_week_pass(server: str, tmp_path: Path) -> Callable[[], None]:
    """let_a_week_pass(): what was reported as carried out was reported a week before, beside the server."""
    app = create_app({"CS_DATA": tmp_path, "CS_PASSWORD_COST": 1, "DATABASE_URL": ""})
    return lambda: support.report_a_week_earlier(app)


class Person:
    """Somebody before a screen: reads, clicks and types. Each has a browser of their own."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address

    def sign_in(self, role: str) -> Person:
        self.page.goto(self.address)
        self.page.get_by_label("用户名").fill(role)
        self.page.get_by_label("密码").first.fill(support.PASSWORD)
        self.page.get_by_role("button", name="登录").click()
        expect(self.page.get_by_role("heading", name="我的工作")).to_be_visible()
        return self

    def go(self, section: str) -> None:
        """By the navigation; on a tablet it is behind the menu."""
        menu = self.page.locator("details.menu")
        if self.page.viewport_size["width"] <= MENU_BELOW and not menu.evaluate("menu => menu.open"):
            menu.locator("summary").click()
        self.page.get_by_role("link", name=section, exact=True).first.click()

    def waits(self, what: str) -> Any:
        """The line of My work that says so."""
        self.go("我的工作")
        return self.page.locator(".work-row", has_text=what)

    def expect_work(self, what: str, *, there: bool) -> None:
        expect(self.waits(what)).to_have_count(1 if there else 0)

    def open_work(self, what: str) -> None:
        self.waits(what).get_by_role("link").first.click()

    def press(self, name: str) -> None:
        """A button, or a link that looks like one; on a record that takes a step in place, what stands in the
        step's own part."""
        self.page.locator("main").get_by_role("button", name=name, exact=True).or_(
            self.page.locator("main").get_by_role("link", name=name, exact=True)
        ).first.click()

    def wait_for_form(self) -> None:
        """A form that is just coming in takes the focus: what is typed meanwhile lands in another field."""
        expect(self.page.locator(".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added")).to_have_count(
            0
        )

    def field(self, label: str) -> Any:
        """The field under a label; a star behind it marks what must be filled in."""
        named = self.page.locator(".field-label").filter(
            has_text=re.compile(rf"^\s*{re.escape(label)}\s*\*?\s*$")
        )
        field = self.page.locator(".field").filter(has=named)
        field.first.wait_for()
        self.wait_for_form()
        return field

    def write(self, label: str, text: str) -> None:
        self.field(label).locator("input, textarea").first.fill(text)

    def choose(self, label: str, option: str) -> None:
        select = self.field(label).locator("select")
        value = select.locator("option", has_text=option).first.get_attribute("value")
        select.select_option(value)

    def tick(self, option: str) -> None:
        self.page.locator("label.choice", has_text=option).first.click()

    def add_file(self, path: Path) -> None:
        self.page.locator("input[type=file][multiple]").first.set_input_files(str(path))

    def see(self, text: str) -> None:
        expect(self.page.locator("main")).to_contain_text(text)

    def take(self, task: str, number: str) -> None:
        """From My work to the record of which that is awaited."""
        self.expect_work(f"{task} · {number}", there=True)
        self.open_work(f"{task} · {number}")

    def number(self, kind: str = r"CC-\d{6}-\d{4}") -> str:
        """The number in the page's heading."""
        return re.search(kind, self.page.locator("h1").inner_text())[0]


def log_complaint(clerk: Person, description: str, *, defects: str = "2", photo: Path | None = None) -> str:
    """5.2.1.1: 业务员 logs a complaint in which nothing is missing: contact and goods looked up, the rest
    typed. Returns its number."""
    clerk.go("我的工作")
    clerk.press("登记投诉")
    clerk.choose("客户", "华声汽配")
    clerk.press("查找该客户的联系人")
    expect(clerk.field("联系电话").locator("input")).to_have_value("13800138000")
    clerk.choose("方式", "电话")
    clerk.choose("口头/书面", "口头")
    clerk.write("批号", "L2611")
    clerk.press("查找该批次的出货记录")
    expect(clerk.field("订单号").locator("input")).to_have_value("PO-1")
    clerk.write("检查数", "50")
    clerk.write("不良数", defects)
    clerk.choose("发现地点", "客户产线")
    clerk.write("投诉内容", description)
    if photo is not None:
        clerk.add_file(photo)
    clerk.press("登记投诉")
    clerk.see("已完成：登记投诉")
    return clerk.number()


def receive_complaint(inspector: Person, number: str) -> None:
    """5.2.1.3: 检验员 takes it in hand."""
    inspector.take("品质接收", number)
    inspector.press("品质接收")
    inspector.see("无需填写")
    inspector.press("品质接收")
    inspector.see("已完成：品质接收")


def answer_cdn(page: Page, how: str, hanging: list[Route]) -> None:
    """What the browser gets at the CDN's address: 'copy' the packaged bytes, 'hang' nothing ever, 'fail' an
    error."""
    local = next(file for file in files("django-htmx") or [] if file.name == "htmx-2.min.js").locate()

    def handle(route: Route) -> None:
        if how == "copy":
            route.fulfill(
                path=str(local), content_type="text/javascript", headers={"Access-Control-Allow-Origin": "*"}
            )
        elif how == "fail":
            route.abort()
        else:
            hanging.append(route)  # no answer while the person works

    page.route(HTMX_CDN["url"], handle)


@pytest.fixture
def person(chromium: Browser, server: str) -> Iterator[Callable[..., Person]]:
    """person(role, cdn='copy', javascript=True, tablet=True): a person who has signed in, in Chinese."""
    contexts, hanging = [], []

    def make(
        role: str, *, cdn: str = "copy", javascript: bool = True, tablet: bool = True, language: str = "zh-CN"
    ) -> Person:
        context = chromium.new_context(
            **(TABLET if tablet else DESK),
            locale=language,
            java_script_enabled=javascript,
            timezone_id="Asia/Shanghai",
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        answer_cdn(page, cdn, hanging)
        return Person(page, server).sign_in(role)

    yield make
    for route in hanging:
        with suppress(Error):
            route.abort()
    for context in contexts:
        context.close()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A photograph from the customer's line."""
    path = tmp_path / "右声道.jpg"
    path.write_bytes(support.picture())
    return path


def confirm_route(supervisor: Person, number: str) -> None:
    """Sign the route that the inspector named (5.2.2.1, Q11)."""
    supervisor.take("确认处理路径", number)
    supervisor.press("确认处理路径")
    supervisor.write("密码", "demo")
    supervisor.press("确认处理路径")
    supervisor.see("已完成：确认处理路径")
