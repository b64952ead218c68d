"""What a long register costs while it is written: `.venv/bin/python -m benchmarks.exports [rows]`. Ratios;
seconds depend on the machine.

A real server has a register of a tenth of the rows written, then one of all of them, as Excel and as CSV.
Shown: how the greatest memory of the writing process grows with the rows (flat: about 1), and how long a page
takes meanwhile, of what it takes when nothing is written.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp

from benchmarks.lists import site
from cs.extensions import db
from tests.servers import Client, Server

PAGES = ("/complaints/", "/reports/complaints", "/")
AT_ONCE = 2


def memory_of(server: Server) -> dict[int, int]:
    """The greatest memory so far, in kB, of each process that the server has begun."""
    found = {}
    for path in Path(f"/proc/{server.process.pid}/task").glob("*/children"):
        for pid in path.read_text().split():
            try:
                lines = Path(f"/proc/{pid}/status").read_text().splitlines()
            except OSError:  # it has just ended
                continue
            found.update({int(pid): int(line.split()[1]) for line in lines if line.startswith("VmHWM")})
    return found


def page_seconds(client: Client) -> float:
    begun = time.perf_counter()
    for page in PAGES:
        client.ask("GET", page)
    return (time.perf_counter() - begun) / len(PAGES)


def written(server: Server, people: list[Client], ending: str) -> tuple[float, int, list[float]]:
    """Seconds until each of the people has the file, the greatest memory of a process, and what the pages
    took meanwhile."""
    begun, memory, pages = time.perf_counter(), 0, []
    for client in people:
        client.ask("POST", f"/reports/files/ask/complaints.{ending}", {"csrf_token": client.token})
    while any("data-poll" in client.ask("GET", "/reports/files/")[1] for client in people):
        pages.append(page_seconds(people[0]))
        memory = max([memory, *memory_of(server).values()])
    return time.perf_counter() - begun, memory, pages


def with_server(rows: int, measure: Callable[[Server, list[Client]], None]) -> None:
    folder = Path(mkdtemp())
    app = site(folder, rows)
    with app.app_context():
        db.engine.dispose()
    server = Server(folder, CS_EXPORTS_AT_ONCE=str(AT_ONCE), CS_EXPORT_ROWS="100")
    try:
        server.start()
        measure(server, [Client(server.port, name) for name in ("auditor", "sales_clerk")])
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)


def main(rows: int) -> None:
    memory: dict[str, list[int]] = {"xlsx": [], "csv": []}

    def measure(server: Server, people: list[Client]) -> None:
        idle = statistics.median(page_seconds(people[0]) for _ in range(20))
        for ending, peaks in memory.items():
            seconds, peak, pages = written(server, people[:1], ending)
            peaks.append(peak)
            both, _peak, busy = written(server, people, ending)
            print(
                f"{ending:6}{count:>9}{seconds:>9.1f} s{peak / 1024:>8.0f} "
                f"MB{statistics.median(pages) / idle:>10.1f}{max(pages) / idle:>10.1f}"
                f"{both / seconds:>12.1f}{statistics.median(busy) / idle:>10.1f}{max(busy) / idle:>10.1f}"
            )

    print(f"{os.cpu_count()} processors; a page when nothing is written is 1")
    print(
        f"{'':6}{'rows':>9}{'written in':>11}{'memory':>11}{'a page':>10}{'longest':>10}"
        f"{'two at once':>12}{'a page':>10}{'longest':>10}"
    )
    for count in (rows // 10, rows):
        with_server(count, measure)
    for ending, (few, many) in memory.items():
        print(f"{ending}: memory of {rows} rows is {many / few:.2f} times that of {rows // 10}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
