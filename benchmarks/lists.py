"""What a list costs, as ratios: `.venv/bin/python -m benchmarks.lists [rows]`. Seconds depend on the machine,
ratios hardly.

A bare page of the same program (signed in, no list) is 1. Each list is timed with few rows and with many:
pages go by key, so the two should be alike, wherever in the list the page lies.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp

from flask import Flask
from sqlalchemy import insert, select

from cs import create_app
from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.records.search import SearchWord, search_tokens
from cs.records.users import User
from tests import support

REPEATS = 15
BATCH = 5_000


def site(folder: Path, rows: int) -> Flask:
    """A site with so many complaints."""
    app = create_app({"CS_DATA": folder, "CS_PASSWORD_COST": 1, "DATABASE_URL": ""})
    support.fill(app)
    with app.app_context():
        many_complaints(rows)
    return app


def many_complaints(rows: int) -> None:
    """So many complaints, each heard a minute before the last: one made through the verbs, the others its
    copies."""
    people = {role: User.by_username(role) for role in support.ROLES}
    first = support.Cases(people, support.BEGUN)("received")
    db.session.commit()
    row = dict(
        db.session.execute(select(Complaint.__table__).where(Complaint.id == first.id)).mappings().one()
    )
    words = sorted(search_tokens(first.search_text))
    for start in range(2, rows + 1, BATCH):
        ids = range(start, min(start + BATCH, rows + 1))
        db.session.execute(
            insert(Complaint.__table__),
            [
                row
                | {"id": n, "number": f"CC-209901-{n:06}", "heard_at": row["heard_at"] - timedelta(minutes=n)}
                for n in ids
            ],
        )
        db.session.execute(
            insert(SearchWord.__table__),
            [{"kind": "complaint", "token": token, "record_id": n} for n in ids for token in words],
        )
    db.session.commit()


def seconds(ask: Callable[[], object]) -> float:
    ask()
    times = []
    for _ in range(REPEATS):
        begun = time.perf_counter()
        ask()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def costs(app: Flask) -> dict[str, float]:
    """Seconds of each page, by its name."""
    browser = support.Browser(app, "sales_clerk")
    browser.get("/complaints/")
    link = browser.soup.select_one("a[rel=next]")
    pages = {
        "bare page": "/account",
        "complaints": "/complaints/",
        "deeper": link["href"] if link else "/complaints/",
        "search, 2 characters": "/complaints/?q=无声",
        "filter": "/complaints/?state=open",
        "register": "/reports/complaints",
        "My work": "/",
    }
    return {name: seconds(lambda address=address: browser.get(address)) for name, address in pages.items()}


def main(rows: int) -> None:
    folder = Path(mkdtemp())
    try:
        few, many = (costs(site(folder / str(count), count)) for count in (50, rows))
        print(f"{'':24}{'50 rows':>12}{f'{rows} rows':>16}{'many/few':>12}")
        for name in few:
            print(
                f"{name:24}{few[name] / few['bare page']:>12.1f}"
                f"{many[name] / many['bare page']:>16.1f}{many[name] / few[name]:>12.1f}"
            )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
