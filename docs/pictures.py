"""Makes the pictures of the README from a running demo: `.venv/bin/python docs/pictures.py
http://127.0.0.1:8000`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
DESK, TABLET = {"width": 1440, "height": 900}, {"width": 1024, "height": 768}


def sign_in(page: Page, address: str, username: str) -> None:
    page.goto(f"{address}/login")
    page.fill("#username", username)
    page.fill("#password", "demo")
    page.click("button.btn-primary")
    page.wait_for_load_state()


def main(address: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, username, size, path in (
            ("my-work", "quality_supervisor", DESK, "/"),
            ("complaint", "sales_clerk", DESK, "/complaints/?state=awaiting_customer"),
            ("register", "sales_manager", DESK, "/reports/complaints?sort=newest"),
            ("tablet", "quality_inspector", TABLET, "/"),
            ("approvals", "general_manager", TABLET, "/approvals/"),
            ("return", "warehouse_keeper", TABLET, "/returns/?state=expected"),
        ):
            page = browser.new_context(viewport=size, locale="zh-CN").new_page()
            sign_in(page, address, username)
            page.goto(address + path)
            if name in ("complaint", "return"):
                page.locator(".row-link").first.click()
            if name == "return":
                page.get_by_role("link", name="点收入区", exact=True).first.click()
            page.locator("html.htmx-on").wait_for()
            page.wait_for_timeout(500)
            page.screenshot(path=HERE / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"))
