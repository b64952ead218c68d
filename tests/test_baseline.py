"""Demos made by earlier versions open unchanged: data, figures, register cells and addresses equal the
recordings made before the modules moved.

Words may change, numbers may not. How the recordings were made: tests/baseline/README.md.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest

from tests.baseline.record import load_recording, open_and_record, stored_rows, unpack

pytestmark = pytest.mark.slow

DEMOS = ("demo-0ff051c", "demo-276c89e")
MAX_LABELS = 40  # a column with no more different texts than this, each used often, holds labels
PLAIN = re.compile(r"[A-Za-z]*[-\d\s.,:;%/+*()A-Z]*")  # numbers, dates, moments, record and order numbers

# Words of registers that were changed on purpose inside a longer text: (old, new), each with its reason.
CHANGED_WORDS: tuple[tuple[str, str], ...] = ()

# Columns that a register has gained since: by the title that they have today.
NEW_COLUMNS = {
    "/reports/complaints.csv": ("退货·补货", "效果"),  # 7.5-22, 7.5-23
    "/reports/replenishments.csv": ("币别", "汇率（1 外币折 RMB）"),  # Q23
    "/reports/returns.csv": ("重工效果跟踪",),  # 3.4
}


class Opened:
    """A demo of an earlier version, upgraded by today's code."""

    def __init__(self, name: str, folder: Path) -> None:
        self.before = load_recording(name)
        unpack(name, folder)
        self.today = open_and_record(folder)
        with closing(sqlite3.connect(folder / "cs.db")) as connection:
            self.new_tasks = leave_out_new_tasks(connection)
            self.verified_by_others = leave_out_named_verifications(connection)
            self.today["stored"]["tasks"] = stored_rows(connection)["tasks"]
            closed = "SELECT id FROM complaints WHERE state IN ('closed', 'void', 'declined')"
            self.closed_complaints = {row[0] for row in connection.execute(closed)}
            closed = "SELECT id FROM returns WHERE state IN ('closed', 'void', 'not_taken')"
            self.closed_returns = {row[0] for row in connection.execute(closed)}
            self.attached = {row[0] for row in connection.execute("SELECT sha256 FROM attachments")}


def leave_out_new_tasks(connection: sqlite3.Connection) -> list[tuple[str, str, int]]:
    """Delete the tasks that a later version asks for, and return what they are: name, kind, record."""
    marks = ", ".join("?" * len(NEW_TASKS))
    query = f"SELECT name, kind, record_id FROM tasks WHERE name IN ({marks}) ORDER BY record_id"
    found = list(connection.execute(query, NEW_TASKS))
    connection.execute(f"DELETE FROM tasks WHERE name IN ({marks})", NEW_TASKS)
    return found


def leave_out_named_verifications(connection: sqlite3.Connection) -> set[int]:
    """Delete the tasks to verify a CAR that name people, and return of which CARs: somebody of quality
    carried out one of its actions, and somebody else verifies its effect (5.2.2.5)."""
    named = "FROM tasks WHERE kind = 'capa' AND name = 'verify' AND user_id IS NOT NULL"
    found = {row[0] for row in connection.execute(f"SELECT record_id {named}")}
    carriers = """
        SELECT DISTINCT capas.id FROM capas
        JOIN capa_actions ON capa_actions.capa_id = capas.id AND capa_actions.round = capas.round
        JOIN memberships ON memberships.user_id = capa_actions.owner_id
        WHERE capas.state = 'carried_out' AND memberships.role IN ('quality_inspector', 'quality_supervisor')
    """
    assert found == {row[0] for row in connection.execute(carriers)}
    connection.execute(f"DELETE {named}")
    return found


@pytest.fixture(scope="module", params=DEMOS)
def opened(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Opened:
    return Opened(request.param, tmp_path_factory.mktemp(request.param) / "data")


# Tasks of open records that a later version asks for beside the recorded ones.
FIRST_OF_QUEUE = "/"  # new tasks push recorded ones to its next page; the tasks are compared one by one
NEW_TASKS = ("call_meeting", "issue_capa", "judge_effect")  # 5.2.2.4, 5.2.2.5, 3.4


@pytest.mark.parametrize("table", ["events", "signatures", "required_signatures", "tasks", "attachments"])
def test_each_stored_row_is_the_recorded_one(opened: Opened, table: str) -> None:
    before, today = opened.before["stored"][table], opened.today["stored"][table]
    changed = {key for key in before.keys() | today.keys() if before.get(key) != today.get(key)}
    if table == "tasks":
        changed -= {f"capa {number}" for number in opened.verified_by_others}
    assert sorted(changed) == []


def test_open_records_of_an_earlier_version_await_what_is_new_and_closed_ones_nothing(
    opened: Opened,
) -> None:
    assert {name for name, _kind, _record in opened.new_tasks} <= set(NEW_TASKS)
    closed = opened.closed_complaints
    assert [task for task in opened.new_tasks if task[1] == "complaint" and task[2] in closed] == []
    closed = opened.closed_returns
    assert [task for task in opened.new_tasks if task[1] == "return" and task[2] in closed] == []


def test_verify_misses_nothing_but_the_bytes_of_attachments(opened: Opened) -> None:
    """The fixtures leave the photographs' bytes out, so exactly these files are missing; the chain's head is
    the recorded one."""
    *faults, head = opened.today["verify"]
    files = [found[1] for fault in faults if (found := re.match(r"file ([0-9a-f]{12}): ", fault))]
    assert sorted(files) == sorted(sha256[:12] for sha256 in opened.attached)
    assert len(faults) == len(files)
    assert head_of(head) == head_of(opened.before["verify"][-1])


def head_of(line: str) -> tuple[str, str]:
    """How many events there are, and the hash of the last."""
    found = re.search(r"(\d+) .*?\b([0-9a-f]{16})\b", line)
    assert found, line
    return found[1], found[2]


def test_each_recorded_address_still_stands(opened: Opened) -> None:
    today = {tuple(rule) for rule in opened.today["rules"]}
    lost = [
        (address, methods)
        for address, methods in opened.before["rules"]
        if today.isdisjoint({(address, methods), (for_any_section(address), methods)})
    ]
    assert lost == []


def for_any_section(address: str) -> str:
    """Return the address as a rule that takes any section: import pages once listed theirs in the rule."""
    return re.sub(r"^/\w+/import/", "/<string>/import/", address)


def test_each_page_answers_each_role_as_before(opened: Opened) -> None:
    changed = []
    for role, pages in opened.before["pages"].items():
        today = opened.today["pages"][role]
        for address, (status, _links) in pages.items():
            if today.get(address, [None])[0] != status:
                changed.append((role, address, status, today.get(address, [None])[0]))
    assert changed == []


def test_each_link_of_a_page_is_still_there(opened: Opened) -> None:
    lost = []
    for role, pages in opened.before["pages"].items():
        for address, (_status, links) in pages.items():
            if address == FIRST_OF_QUEUE and opened.new_tasks:
                continue
            gone = set(links) - set(opened.today["pages"][role].get(address, [0, []])[1])
            lost.extend((role, address, link) for link in sorted(gone))
    assert lost == []


def test_each_figure_shows_the_recorded_numbers(opened: Opened) -> None:
    changed = []
    for span, figures in opened.before["figures"].items():
        for name, cells in figures.items():
            today = opened.today["figures"][span].get(name, [])
            changed.extend((span, name, old, new) for old, new in zip_longest(cells, today) if old != new)
    assert changed == []


def without_mark(cell: str) -> str:
    """The cell without the mark that keeps it a text: '+86 has become ="+86", and 138 has gained one."""
    return cell[2:-1] if cell.startswith('="') else cell.removeprefix("'")


def test_each_register_cell_is_the_recorded_one(opened: Opened) -> None:
    changed: list[Any] = []
    for name, (titles, *rows) in opened.before["registers"].items():
        today_titles, *today_rows = without_new_columns(name, opened.today["registers"].get(name, [[]]))
        if (len(titles), len(rows)) != (len(today_titles), len(today_rows)):
            changed.append((name, len(titles), len(rows), len(today_titles), len(today_rows)))
            continue
        for index, title in enumerate(titles):
            old, new = ([without_mark(row[index]) for row in table] for table in (rows, today_rows))
            changed.extend((name, title, *cell) for cell in changed_cells(old, new))
    assert changed == []


def without_new_columns(name: str, table: list[list[str]]) -> list[list[str]]:
    """Return a register without the columns that it did not have."""
    recorded = [index for index, title in enumerate(table[0]) if title not in NEW_COLUMNS.get(name, ())]
    return [[row[index] for index in recorded] for row in table]


def changed_cells(old: list[str], new: list[str]) -> list[tuple[int, str, str]]:
    """The cells of a column that differ by more than their words: (row, before, today).

    A label may read differently if it does so in every row and no other label reads the same. Numbers, dates,
    record numbers and what people typed stay as they are.
    """
    texts = set(old)
    labels = len(texts) <= min(MAX_LABELS, len(old) // 4)
    wording: dict[str, str] = {}
    read_back: dict[str, str] = {}
    changed = []
    for row, (before, today) in enumerate(zip(old, new, strict=True), 1):
        same = today in (before, in_new_words(before))
        reworded = labels and not PLAIN.fullmatch(before) and not PLAIN.fullmatch(today)
        consistent = wording.setdefault(before, today) == today
        distinct = not labels or read_back.setdefault(today, before) == before
        if not ((same or reworded) and consistent and distinct):
            changed.append((row, before, today))
    return changed


def in_new_words(text: str) -> str:
    for old, new in CHANGED_WORDS:
        text = text.replace(old, new)
    return text


def test_a_label_may_be_reworded_in_all_rows_but_not_mixed_up() -> None:
    old = ["待销售", "待销售", "已结案", "已结案"] * 4
    reworded = [{"待销售": "待销售处理"}.get(text, text) for text in old]
    assert changed_cells(old, reworded) == []
    assert changed_cells(old, [*reworded[:-1], "待销售处理"]) == [(16, "已结案", "待销售处理")]
    assert changed_cells(["1.5", "2.0"], ["1.5", "2.5"]) == [(2, "2.0", "2.5")]
    assert changed_cells(["甲", "乙"], ["乙", "甲"]) == [(1, "甲", "乙"), (2, "乙", "甲")]
