"""7.4-58, 3.4: page and form say from which day on an effect can be signed, before anybody signs."""

from __future__ import annotations

import pytest

from tests.capas import Capas
from tests.support import CHECKED, PASSWORD, UNTIL_EFFECTIVE, day_of, kept

pytestmark = pytest.mark.sqlite
SIGNED = {"password": PASSWORD}
PROOF = {"verification_method": "下三批", "verification_data": "三批无不良"}


@pytest.fixture
def capa_in(app, people, on):
    def make(state, **options):
        with kept(app):
            return Capas(people, on)(state, **options)

    return make


@pytest.fixture
def sentence(on):
    """What is said as long as the day has not come, of measures that were reported now."""
    day = day_of(on + UNTIL_EFFECTIVE).isoformat()
    return f"{day} 起可签“有效”；“无效”现在即可签。"


def test_the_check_of_measures_says_its_day(as_role, complaint_in, sentence):
    page = f"/complaints/{complaint_in('accepted', measures='done').id}"
    supervisor = as_role("quality_supervisor")
    assert sentence in supervisor.get(page).soup.select_one(".next-action-text").text
    assert sentence in supervisor.get(f"{page}/check_effect").text
    assert sentence not in supervisor.get(f"{page}/analyse_again").text
    early = supervisor.step(f"{page}/check_effect", **CHECKED, **SIGNED)
    assert (early.status, list(early.faults)) == (422, ["verification_data"])
    assert supervisor.step(f"{page}/analyse_again", **CHECKED, **SIGNED).status == 303


def test_the_verification_of_a_car_says_its_day(as_role, capa_in, sentence):
    page = f"/capa/{capa_in('carried_out').id}"
    supervisor = as_role("quality_supervisor")
    assert sentence in supervisor.get(page).soup.select_one(".next-action-text").text
    assert sentence in supervisor.get(f"{page}/verify").text
    assert sentence not in supervisor.get(f"{page}/reopen").text
    early = supervisor.step(f"{page}/verify", **PROOF, **SIGNED)
    assert (early.status, list(early.faults)) == (422, ["period_to"])
    assert supervisor.step(f"{page}/reopen", **PROOF, **SIGNED).status == 303


def test_the_judgement_of_rework_says_its_day(as_role, return_in):
    page = f"/returns/{return_in('closed').id}"
    engineer = as_role("process_engineer")
    for address in (page, f"{page}/judge_effect"):
        assert "起可签“有效”；“无效”现在即可签。" in engineer.get(address).text


def test_once_the_day_has_come_nothing_is_said_of_it(as_role, complaint_in, capa_in, on):
    earlier = on - UNTIL_EFFECTIVE
    complaint = complaint_in("accepted", measures="done", on=earlier)
    capa = capa_in("carried_out", on=earlier)
    supervisor = as_role("quality_supervisor")
    for address in (f"/complaints/{complaint.id}", f"/capa/{capa.id}"):
        assert "起可签“有效”" not in supervisor.get(address).text
    steps = (f"/complaints/{complaint.id}/check_effect", CHECKED), (f"/capa/{capa.id}/verify", PROOF)
    for address, words in steps:
        assert supervisor.step(address, **words, **SIGNED).status == 303
