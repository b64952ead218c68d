"""A long register by clicks alone: a period, the button, the progress, the file (5.6, 7.1)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect

from benchmarks.lists import many_complaints
from cs import create_app
from cs.extensions import db
from tests.journeys.conftest import Person

LINES = 4_000  # complaints, each heard a minute before the last: the last of them on 2 January


@pytest.fixture(autouse=True)
def long_from_a_hundred_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Comes before the server, which reads it."""
    monkeypatch.setenv("CS_EXPORT_ROWS", "100")


@pytest.fixture
def many_lines(server: str, tmp_path: Path) -> None:
    app = create_app({"CS_DATA": tmp_path, "DATABASE_URL": ""})
    with app.app_context():
        many_complaints(LINES)
        db.engine.dispose()


def numbers_of(path: Path) -> list[str]:
    return [row[1] for row in openpyxl.load_workbook(path).active.iter_rows(min_row=4, values_only=True)]


@pytest.mark.parametrize("javascript", [True, False])
def test_the_supervisor_takes_the_complaints_of_a_period_as_a_file(
    person: Callable[..., Person], many_lines: None, tmp_path: Path, javascript: bool
) -> None:
    supervisor = person("quality_supervisor", tablet=False, javascript=javascript)
    page = supervisor.page
    supervisor.go("清单报表")
    page.get_by_role("link", name="客户抱怨明细表").click()
    page.wait_for_url("**/reports/complaints")  # the page before has a period too, of its figures
    page.get_by_label("起始日期").fill("2026-01-03")
    page.get_by_label("截止日期").fill("2026-01-04")
    if not javascript:
        supervisor.press("查询")
    expect(page.locator(".pager-count")).not_to_contain_text(f"{LINES}")
    count = int("".join(filter(str.isdigit, page.locator(".pager-count").inner_text())))

    supervisor.press("Excel")
    supervisor.see("我的文件")
    supervisor.see("期间 2026-01-03 – 2026-01-04")
    expect(page.locator(".export-row.is-waiting, .export-row.is-running")).to_have_count(1)
    while not javascript and page.locator(".is-done").count() == 0:
        page.wait_for_timeout(300)
        supervisor.press("刷新")
    expect(page.locator(".export-row")).to_contain_text(f"已完成：{count:,} 行", timeout=60_000)

    with page.expect_download() as download:
        page.locator(".export-row").get_by_role("link", name="下载").click()
    assert download.value.suggested_filename.startswith("MJ-QP-12-05 客户抱怨明细表")
    download.value.save_as(tmp_path / "register.xlsx")
    numbers = numbers_of(tmp_path / "register.xlsx")
    assert (len(numbers), len(set(numbers))) == (count, 2880)  # two whole days, a complaint a minute

    supervisor.press("移除")
    supervisor.see("没有文件")
