"""3.4 成效追踪: process engineering judges the effect of rework; the return closes without waiting for it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select, text

from cs.extensions import db
from cs.models.returns.customer_return import Return
from cs.procedure.workflow import NotAllowed, NotOpen
from cs.queries.my_work import verify_tasks
from cs.records.personal_tasks import rebuild_tasks
from cs.records.procedure import local_day
from cs.records.tasks import Task
from tests.returned import LINES, Returns
from tests.support import day_of


@pytest.fixture
def returns(people, on):
    return Returns(people, on)


def effect_task(record: Return) -> Task | None:
    query = select(Task).where(
        Task.kind == "return", Task.record_id == record.id, Task.name == "judge_effect"
    )
    return db.session.execute(query).scalar()


def test_the_effect_is_due_thirty_days_after_the_last_reworked_portion_on_a_working_day(returns, on):
    record = returns("given_back")
    assert day_of(on) == date(2026, 3, 10)
    assert local_day(record.effect_due_at) == date(2026, 4, 9)
    task = effect_task(record)
    assert (task.due_at, task.permission) == (record.effect_due_at, "write_rework")


def test_a_return_closes_without_the_effect_and_the_task_stays(returns, people, on):
    record = returns("closed")
    assert record.state == "closed"
    assert effect_task(record) is not None
    assert list(verify_tasks(on)) == []
    rebuild_tasks(on)
    assert effect_task(record) is not None
    returns.judge_effect(record)
    assert (record.state, record.effect, effect_task(record)) == ("closed", "effective", None)
    with pytest.raises(NotOpen):
        returns.judge_effect(record)


def test_only_process_engineering_judges_the_effect(returns, people, on):
    record = returns("closed")
    with pytest.raises(NotAllowed):
        record.judge_effect(
            effect="effective",
            effect_note="无复发",
            effect_follow_up=None,
            by=people["quality_supervisor"],
            on=on,
        )


def test_goods_that_were_not_reworked_have_no_effect_to_judge(returns, people, on):
    record = returns("handling", lines=LINES[1:], counted=1)
    record.recount(
        line_id=record.lines[0].id,
        quantity=5,
        return_place="area_1",
        reason="补到",
        by=people["warehouse_keeper"],
        on=on,
    )
    record.settle_difference(
        line_id=record.lines[0].id, difference_reason="已核对", by=people["sales_clerk"], on=on
    ) if record.lines_for("differs") else None
    record.inspect(
        line_id=record.lines[0].id, bookings={"accepted": 5}, note=None, by=people["quality_inspector"], on=on
    )
    returns.finish(record, "closed")
    assert (record.effect_due_at, effect_task(record)) == (None, None)


def test_what_was_closed_before_effects_were_followed_gets_no_task_and_what_was_open_does(returns, on):
    before, still_open = returns("closed"), returns("confirmed")
    db.session.execute(text("UPDATE returns SET effect_due_at = NULL"))
    db.session.expire_all()
    rebuild_tasks(on)
    assert (effect_task(before), effect_task(still_open).due_at) == (None, None)
    still_open.close(closing_note=None, by=returns.people["quality_supervisor"], on=on + timedelta(days=1))
    assert effect_task(still_open).due_at == still_open.effect_due_at
    assert local_day(still_open.effect_due_at) == date(2026, 4, 9)
