"""Tables as files, and what the pages of an import say."""

from __future__ import annotations

import io

import xlsxwriter

from cs.extensions import db
from tests.support import Browser, upload


def xlsx(rows: list[list], sheets: int = 1) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        for _ in range(sheets):
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return file.getvalue()


def csv(rows: list[list], encoding: str = "utf-8-sig") -> bytes:
    return "\r\n".join(",".join(str(cell) for cell in row) for row in rows).encode(encoding)


def offer(browser: Browser, section: str, content: bytes | list[list], name: str = "清单.xlsx") -> Browser:
    """Uploads a table; leaves the browser on the preview, or on the refused form."""
    content = xlsx(content) if isinstance(content, list) else content
    browser.step(f"/{section}/import/", table=upload(content, name))
    if browser.status == 303:
        browser.page = browser.location
        browser.get(browser.page)
    return browser


def counts(browser: Browser) -> list[int]:
    """New, there already, twice in the file, cannot be taken."""
    return [int(card.get_text()) for card in browser.soup.select(".card-stat b")]


def reasons(browser: Browser) -> dict[int, list[str]]:
    """{row of the sheet: why it cannot be taken}."""
    found = {}
    for row in browser.soup.select(".panel tbody tr"):
        if row.select("td div"):
            found[int(row.th.get_text())] = [one.get_text(" ", strip=True) for one in row.select("td div")]
    return found


def remarks(browser: Browser) -> list[str]:
    """What is said of lines that come in all the same."""
    panels = [panel for panel in browser.soup.select(".panel") if panel.h2.get_text() == "可以导入，但请留意"]
    return [row.td.get_text(" ", strip=True) for panel in panels for row in panel.select("tbody tr")]


def counted(app, cls) -> int:
    with app.app_context():
        return db.session.query(cls).count()


def import_all(browser: Browser, section: str, rows: list[list]) -> str:
    offer(browser, section, rows)
    browser.post(browser.page, browser.form())
    return browser.get(browser.location).soup.select_one(".message").get_text(strip=True)
