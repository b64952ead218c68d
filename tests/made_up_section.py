"""A section of one file, made up for test_made_up_section.py, which runs this in a process of its own: gauges
that are registered and scrapped. Prints as JSON what the rest of the program makes of it."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from flask import Blueprint, request, url_for
from flask_login import current_user
from jinja2 import DictLoader
from sqlalchemy import select
from sqlalchemy.orm import Mapped, mapped_column

from cs import create_app
from cs.blueprints import SECTIONS
from cs.cli.setup import set_up
from cs.extensions import db
from cs.printing.definition import Column, Register
from cs.procedure.authority import Permission
from cs.procedure.rulebook import Form, Name, Numbering
from cs.procedure.workflow import State, Step, Workflow
from cs.queries.listing import Listing, Sort
from cs.records.numbers import next_number
from cs.records.sections import RecordSection, Sections
from cs.records.users import User
from cs.records.workflowed import Workflowed
from cs.web.access import requires
from cs.web.fields import StepForm, Text
from cs.web.record_page import common_parts
from cs.web.responses import show
from cs.web.steps import mount
from cs.wording.labels import term

ON = datetime.now(UTC)
WORKFLOW = Workflow(
    "gauge",
    (State("in_use"), State("scrapped", final=True)),
    (
        Step("register", "5.1", (), "in_use", Permission.EDIT_CUSTOMER),
        Step("scrap", "5.1", ("in_use",), "scrapped", Permission.EDIT_CUSTOMER, task="scrap", primary=True),
        Step("void", "5.6", ("in_use",), "scrapped", Permission.VOID_MASTER_DATA),
    ),
)


class Gauge(Workflowed):
    kind = "gauge"
    workflow = WORKFLOW
    __tablename__ = "gauges"
    number: Mapped[str] = mapped_column(unique=True)
    spec: Mapped[str]

    def searched(self) -> tuple[str | None, ...]:
        return (self.number, self.spec)

    @classmethod
    def register(cls, *, spec: str, by: Any, on: datetime) -> Gauge:
        """Enter a gauge."""
        gauge = cls(spec=spec)
        with gauge.advancing("register", by, on):
            gauge.number = next_number("gauge", date(2026, 1, 5))
        return gauge

    def scrap(self, *, by: Any, on: datetime) -> None:
        """Scrap the gauge."""
        with self.advancing("scrap", by, on):
            pass

    def void(self, *, by: Any, on: datetime) -> None:
        """Void the gauge."""
        with self.advancing("void", by, on):
            pass


class GaugeForm(StepForm):
    spec = Text("spec", required=True)


LISTING = Listing(
    Gauge,
    select(Gauge.id, Gauge.number, Gauge.spec, Gauge.state),
    {"number": Sort(lambda: term("spec"), Gauge.number)},
    search_label=lambda: term("spec"),
)
GAUGE_REGISTER = Register(
    "gauges", "gauge_register", "gauge", LISTING, (Column("spec", lambda row: row.spec, 20),)
)
PAGE = "{% extends 'base.html' %}{% block content %}{% include 'gauges/_record.html' %}{% endblock %}"

blueprint = Blueprint("gauges", __name__, url_prefix="/gauges")
blueprint.jinja_loader = DictLoader(
    {
        "gauges/detail.html": PAGE,
        "gauges/_record.html": '<div id="record">{{ record.spec }} {{ timeline[0].icon }}</div>',
        "gauges/list.html": PAGE.replace("_record", "_rows"),
        "gauges/_rows.html": '<div id="rows">{% for row in page.rows %}{{ row.spec }}{% endfor %}</div>',
    }
)


@blueprint.route("/")
@requires(Permission.READ)
def index() -> Any:
    """All gauges."""
    return show(
        "gauges/list.html",
        "gauges/_rows.html",
        page=LISTING.page(request.args, url_for("gauges.index")),
        creates=SECTION.creating_step(current_user),
    )


SECTION = mount(
    RecordSection(
        blueprint,
        lambda: "Gauges",
        "rulers",
        evidence=lambda year, _on: {"5.1": [(f"gauges in {year}", None)]},
        model=Gauge,
        forms={"register": GaugeForm, "scrap": StepForm, "void": StepForm},
        context=common_parts,
        registers=(GAUGE_REGISTER,),
        step_icons={"register": "rulers"},
        starts_from_my_work=True,
    )
)


def site(folder: Path) -> Any:
    settings = {"CS_DATA": folder, "DATABASE_URL": "", "CS_PASSWORD_COST": 1, "WTF_CSRF_ENABLED": False}
    app = create_app(settings, Sections((*SECTIONS, SECTION)))
    rules = app.extensions["rulebook"]
    name = Name("量具", "Gauge")
    app.extensions["rulebook"] = replace(
        rules,
        states={**rules.states, "gauge": {"in_use": name, "scrapped": name}},
        steps={**rules.steps, "gauge": {"register": name, "scrap": name}},
        forms={**rules.forms, "gauge_register": Form("gauge_register", "", name, landscape=True)},
        terms={**rules.terms, "gauge": name},
        numbering={**rules.numbering, "gauge": Numbering("GG", 4, "year")},
    )
    with app.app_context():
        set_up(ON)
        db.create_all()
        User.create(
            username="clerk",
            name="甲",
            password="demo-clerk",
            must_change=False,
            memberships=[("sales", "sales_clerk", False)],
            by=None,
            on=ON,
        )
        db.session.commit()
    return app


def main(folder: Path) -> dict[str, Any]:
    client = site(folder).test_client()
    client.post("/login", data={"username": "clerk", "password": "demo-clerk"})

    def page(url: str) -> BeautifulSoup:
        return BeautifulSoup(client.get(url).text, "html.parser")

    def highlighted(url: str) -> list[str]:
        return [entry.get_text(strip=True) for entry in page(url).select("nav [aria-current=page]")]

    made = client.post("/gauges/new", data={"spec": "通止规"})
    return {
        "made": made.status_code,
        "record": page("/gauges/1").select_one("#record").get_text(" ", strip=True),
        "highlighted": highlighted("/gauges/"),
        "highlighted on its files": highlighted("/files/gauge/1/add"),
        "found by number": client.get("/returns/scan?code=GG-2026-0001").headers.get("Location"),
        "its work": "通止规" in page("/").get_text() or "GG-2026-0001" in page("/").get_text(),
        "begun from My work": bool(page("/").select("a[href='/gauges/new']")),
        "register": client.get("/reports/gauges.csv").text.splitlines()[-1],
        "on the list of registers": "/reports/gauges" in client.get("/reports/").text,
        "evidence": f"gauges in {ON.year}" in client.get("/procedure/").text,
        "steps": client.get("/procedure/").status_code,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1])), ensure_ascii=False))
