"""What the figures cost, as ratios to the plain list of complaints: `.venv/bin/python -m benchmarks.figures
[rows]`.

The figures count every complaint of their period, so they grow with the rows; a list does not. The complaints
are spread over a year.
"""

from __future__ import annotations

import shutil
import sys
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp

from flask import Flask
from sqlalchemy import bindparam, select, update

from benchmarks.lists import seconds, site
from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from tests import support

PAGES = {
    "list of complaints": "/complaints/",
    "figures": "/reports/",
    "complaints.svg": "/reports/figures/complaints.svg",
    "replies.svg": "/reports/figures/replies.svg",
    "pareto.svg": "/reports/figures/pareto.svg",
    "open.svg": "/reports/figures/open.svg",
}
STATES = ("received", "answering", "closed", "closed", "closed", "closed", "closed", "void")


def spread(app: Flask) -> None:
    """Gives the copies of one complaint days, ends and defects of their own."""
    categories = tuple(app.extensions["rulebook"].defects)
    table = Complaint.__table__
    with app.app_context():
        rows = db.session.execute(select(Complaint.id, Complaint.heard_at)).all()
        changes = []
        for number, (record_id, heard_at) in enumerate(rows):
            heard, state = (
                heard_at - timedelta(days=number * 37 % 365, hours=number % 7),
                STATES[number % len(STATES)],
            )
            replied = heard + timedelta(hours=number % 90) if state == "closed" else None
            changes.append(
                {
                    "key": record_id,
                    "heard_at": heard,
                    "first_due_at": heard + timedelta(days=2),
                    "replied_at": replied,
                    "closed_at": replied,
                    "counts_in_kpi": None if state == "received" else number % 5 > 0,
                    "defect_category": categories[number * number % len(categories)],
                    "state": state,
                }
            )
        names = [name for name in changes[0] if name != "key"]
        db.session.execute(
            update(table)
            .where(table.c.id == bindparam("key"))
            .values({name: bindparam(name) for name in names}),
            changes,
        )
        db.session.commit()


def costs(app: Flask) -> dict[str, float]:
    """Seconds of each page, by its name."""
    browser = support.Browser(app, "general_manager")
    return {name: seconds(lambda address=address: browser.get(address)) for name, address in PAGES.items()}


def main(rows: int) -> None:
    folder = Path(mkdtemp())
    try:
        found = []
        for count in (50, rows):
            app = site(folder / str(count), count)
            spread(app)
            found.append(costs(app))
        few, many = found
        print(f"{'':24}{'50 rows':>12}{f'{rows} rows':>16}{'seconds':>12}")
        for name in PAGES:
            print(
                f"{name:24}{few[name] / few['list of complaints']:>12.1f}"
                f"{many[name] / many['list of complaints']:>16.1f}{many[name]:>12.3f}"
            )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
