"""5.6: an amendment that alters nothing is refused in every section, and leaves no event."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cs.extensions import db
from cs.records.record import KINDS
from tests.support import kept, upload

WHY = "客户来函更正"
# Every step that amends: who takes it, and what makes the record where the site has none yet.
AMENDMENTS: dict[tuple[str, str], tuple[str, str]] = {
    ("customer", "edit"): ("sales_manager", ""),
    ("product", "edit"): ("sales_manager", ""),
    ("shipment", "edit"): ("sales_manager", ""),
    ("complaint", "amend"): ("sales_clerk", "complaint_in"),
    ("capa", "amend"): ("quality_supervisor", "capa_in"),
    ("return", "amend"): ("sales_clerk", "return_in"),
    ("replenishment", "change"): ("sales_clerk", "filed"),
}


@pytest.fixture
def made(complaint_in, return_in, filed) -> dict[str, Callable[[], Any]]:
    return {
        "": lambda: None,
        "complaint_in": lambda: complaint_in("received", demand=["replace", "report"]),
        "capa_in": lambda: complaint_in("answering", capa=True),
        "return_in": lambda: return_in("registered"),
        "filed": filed,
    }


def versions(app: Any, kind: str) -> int:
    with kept(app):
        return db.session.get(KINDS[kind], 1).version


def test_the_table_names_every_step_that_amends():
    found = {
        (kind, step.name)
        for kind, cls in KINDS.items()
        if cls.__module__.startswith("cs.") and getattr(cls, "workflow", None)
        for step in cls.workflow.steps
        if step.amends or step.name in ("amend", "edit", "change")
    }
    assert found == AMENDMENTS.keys()


@pytest.mark.parametrize(("kind", "step"), AMENDMENTS)
def test_an_amendment_that_alters_nothing_is_refused(as_role, app, made, kind, step):
    role, how = AMENDMENTS[kind, step]
    made[how]()
    before = versions(app, kind)
    url = f"/{kind if kind == 'capa' else kind + 's'}/1/{step}"
    sent = as_role(role).get(url).send(url, amendment_reason=WHY)
    assert sent.status == 422
    assert "没有任何改动" in sent.soup.select_one(".form-errors").get_text()
    assert sent.form()["amendment_reason"] == WHY
    assert versions(app, kind) == before


def test_one_file_is_no_amendment_and_is_not_lost(as_role, app, complaint_in):
    complaint_in("received")
    before = versions(app, "complaint")
    url = "/complaints/1/amend"
    sent = (
        as_role("sales_clerk")
        .get(url)
        .send(url, amendment_reason=WHY, files=upload(b"%PDF-1.4\n%%EOF\n", "mail.pdf"))
    )
    assert (sent.status, versions(app, "complaint")) == (422, before)
    assert sent.form()["kept_files"]
