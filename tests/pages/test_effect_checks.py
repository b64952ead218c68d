"""On the screen: who carried out a measure reads that somebody else checks its effect, and who; they have the
task and can act (5.2.2.5)."""

from __future__ import annotations

import pytest

from tests.capas import PROVEN, Capas
from tests.support import PASSWORD, UNTIL_EFFECTIVE, day_of, kept, loaded


@pytest.fixture
def capa(app, people, on):
    with kept(app):
        owners = ("quality_supervisor", "quality_inspector")
        return Capas(people, on)("carried_out", owners=owners, on=on - UNTIL_EFFECTIVE)


def test_who_carried_out_reads_why_they_do_not_verify(as_role, capa):
    page = f"/capa/{capa.id}"
    for role in ("quality_supervisor", "quality_inspector"):
        browser = as_role(role)
        text = browser.get(page).text
        assert ("效果须由他人确认" in text, "总经理甲" in text) == (True, True)
        assert browser.get(f"{page}/verify").status == 403
        assert capa.number not in browser.get("/").text
    assert "效果须由他人确认" not in as_role("engineer").get(page).text


def test_who_checks_in_place_has_the_task_and_signs(app, as_role, capa, on):
    boss, page = as_role("general_manager"), f"/capa/{capa.id}"
    assert capa.number in boss.get("/").text
    assert any(f"{page}/verify" in link["href"] for link in boss.get("/approvals/").soup.select("main a"))
    period = {"period_from": day_of(on - UNTIL_EFFECTIVE).isoformat(), "period_to": day_of(on).isoformat()}
    boss.step(f"{page}/verify", password=PASSWORD, **period, **PROVEN)
    assert (boss.status, loaded(app, type(capa), capa.id).state) == (303, "verified")
