"""Who had the right when the page was opened, and lost it since, reads what has happened (409); a relation
that never was is 403."""

from __future__ import annotations

import pytest

from cs.extensions import db
from cs.models.replenishments.application import Replenishment
from cs.records.users import User
from cs.wording.formats import format_moment
from tests.capas import Capas
from tests.support import PASSWORD, kept, picture, upload

CHANGED = "您打开之后，这条记录已有变更"


@pytest.fixture
def second_manager(app, people, on):
    """Another sales manager: one of the two signs, the other is late."""
    with kept(app):
        return User.create(
            username="second_manager",
            name="销售经理乙",
            password=PASSWORD,
            must_change=False,
            memberships=[("sales", "sales_manager", False)],
            by=people["administrator"],
            on=on,
        )


@pytest.mark.parametrize("loser", ["sales_manager", "second_manager"])
@pytest.mark.parametrize("step", ["sign", "refuse"])
def test_the_later_of_two_signatures_is_told_of_the_first(app, as_role, filed, second_manager, loser, step):
    url = f"/replenishments/{filed().id}"
    first, late = as_role("sales_manager"), as_role(loser)
    fields = late.get(f"{url}/{step}").form() | {"password": PASSWORD, "reason": "库存可调拨"}
    assert first.step(f"{url}/sign", password=PASSWORD).status == 303
    late.post(
        f"{url}/{step}", {name: fields[name] for name in fields if name != "reason" or step == "refuse"}
    )
    assert late.status == 409
    assert CHANGED in late.text
    with app.app_context():
        signature = db.session.get(Replenishment, 1).signatures[0]
        signer, moment = signature.user.name, format_moment(signature.at)
    assert signer in late.soup.select_one("#step").get_text()
    assert moment in late.soup.select_one("#step").get_text()
    assert late.soup.select("#step form.form") == []
    assert ("库存可调拨" in late.text) == (step == "refuse")


def test_without_the_page_opened_before_it_stays_403(as_role, filed, second_manager):
    url = f"/replenishments/{filed().id}/sign"
    assert as_role("sales_manager").step(url, password=PASSWORD).status == 303
    late = as_role("second_manager")
    assert late.get(url).status == 403
    assert late.post(url, version="1", password=PASSWORD).status == 403


def test_anothers_proof_or_that_of_another_record_does_not_count(as_role, filed, second_manager):
    first, other = filed().id, filed().id
    manager, late = as_role("sales_manager"), as_role("second_manager")
    elsewhere = late.get(f"/replenishments/{other}/sign").form() | {"password": PASSWORD}
    theirs = manager.get(f"/replenishments/{first}/sign").form() | {"password": PASSWORD}
    assert manager.post(f"/replenishments/{first}/sign", theirs).status == 303
    for fields in (elsewhere, theirs, elsewhere | {"opened": "7.abc"}, elsewhere | {"opened": "错\x00"}):
        token = {"csrf_token": late.csrf(), "request_id": "r"}
        assert late.post(f"/replenishments/{first}/sign", fields | token).status == 403


def test_a_countersignature_given_in_another_browser(as_role, complaint_in):
    url = f"/complaints/{complaint_in('answering', route='meeting', disposed=True).id}/countersign"
    first, late = as_role("engineer"), as_role("engineer")
    fields = late.get(url).form() | {"password": PASSWORD}
    assert first.step(url, password=PASSWORD).status == 303
    late.post(url, fields)
    assert (late.status, CHANGED in late.text) == (409, True)


def test_the_only_measure_carried_out_in_another_browser(app, as_role, people, on):
    with kept(app):
        number = Capas(people, on)("measures_set", owners=("production_operator", "quality_inspector")).id
    url = f"/capa/{number}/do_action"
    first, late = as_role("production_operator"), as_role("production_operator")
    fields = late.get(url).form() | {"done_note": "已执行"}
    assert first.step(url, done_note="已执行", files=upload(picture())).status == 303
    late.post(url, fields)
    assert (late.status, CHANGED in late.text) == (409, True)
    late.post(url, fields | {"more_rows": "1"})
    assert late.status == 409
