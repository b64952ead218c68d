"""What papers cost, as ratios: `.venv/bin/python -m benchmarks.papers [rows]`. The record's own page is 1:
seconds depend on the machine, ratios hardly.

A register as PDF is timed at a few sizes: its cost must grow with its lines and not faster. The last column
is the most memory that the process which sets it takes.
"""

from __future__ import annotations

import resource
import shutil
import sys
import time
from pathlib import Path
from tempfile import mkdtemp

from benchmarks.lists import seconds, site
from tests import support


def timed(browser: support.Browser, address: str) -> float:
    """Seconds of one answer: the long ones are not repeated."""
    begun = time.perf_counter()
    browser.get(address)
    if browser.status != 200:
        raise RuntimeError(f"{address}: {browser.status} {browser.text[:200]}")
    return time.perf_counter() - begun


PAPERS = {
    "complaint report, PDF": "/complaints/1.pdf",
    "its blank copy": "/reports/blank/complaint_report.pdf",
}


def children_megabytes() -> int:
    """The most memory that any process took which this one started and saw end."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024


def main(most: int) -> None:
    folder = Path(mkdtemp())
    try:
        print(f"{'':28}{'of the page':>12}{'lines':>8}{'MB':>8}")
        for rows in sorted({30, most // 10, most}):
            app = site(folder / str(rows), rows)
            app.config["CS_PDF_ROWS"] = rows
            browser = support.Browser(app, "sales_clerk")
            page = seconds(lambda browser=browser: browser.get("/complaints/1"))
            register = seconds(lambda browser=browser: browser.get("/reports/complaints"))
            if rows == 30:
                for name, url in PAPERS.items():
                    took = seconds(lambda browser=browser, url=url: browser.get(url))
                    print(f"{name:28}{took / page:>12.1f}")
            for ending in ("pdf", "xlsx", "csv"):
                took = timed(browser, f"/reports/complaints.{ending}")
                memory = f"{children_megabytes():>8}" if ending == "pdf" else ""
                print(f"{'register, ' + ending:28}{took / register:>12.1f}{rows:>8}{memory}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
