"""A situation of a table of steps over HTTP: what each role is answered at the URL of each step.

Every cell is asked for, except that who may never take a step is refused before the record is read: they
are asked where the step is open and in at most one other situation. Who may take the step now is answered by
GET and POST. Everybody who is refused an open step sends a POST, the first of them a GET too. Where the step
is closed, the roles with the same refusal take turns, one by GET and the next by POST, since the order of
checks is the same for both; a role that is alone with its refusal sends both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator

from tests.support import Browser
from tests.tables import Row, Situation

OPEN_ONLY = ""  # no situation: who may never take a step is asked where it is open and nowhere else
BOTH = ("GET", "POST")
MEANING = {200: "may", 303: "may", 422: "may", 403: "403", 409: "409"}
Fields = Callable[[Row, Browser], dict[str, str]]


def compare(
    browsers: dict[str, Browser],
    url: str,
    rows: Collection[Row],
    situation: Situation,
    fields: Fields,
    *,
    also_closed: str | None = None,
    only_shown: Collection[str] = (),
) -> None:
    """Compare every answer with the table. `also_closed`: the one situation in which everybody is asked for
    closed steps too, None for all. `only_shown`: steps whose empty form is a whole one, so that it is not
    sent."""
    found: dict[tuple[str, str, str], str] = {}
    expected: dict[tuple[str, str, str], str] = {}
    for row in rows:
        everybody = also_closed is None or situation.name in (*row.open_in, also_closed)
        asked = [role for role in browsers if everybody or role in row.roles]
        for role, methods in methods_by_role(row, situation, asked):
            browser, answer = browsers[role], row.answer(role, situation)
            for method in ("GET",) if row.step in only_shown else methods:
                expected[row.step, role, method] = answer
                found[row.step, role, method] = send(browser, method, f"{url}/{row.step}", row, fields)
    differ = {asked: (found[asked], expected[asked]) for asked in expected if found[asked] != expected[asked]}
    assert differ == {}, differ


def methods_by_role(
    row: Row, situation: Situation, roles: Collection[str]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    answers = {role: row.answer(role, situation) for role in roles}
    turns: Counter[str] = Counter()
    for role, answer in answers.items():
        alone = sum(other == answer for other in answers.values()) == 1
        if answer == "may" or alone:
            yield role, BOTH
        elif situation.name in row.open_in:
            yield role, BOTH if not turns[answer] else ("POST",)
        else:
            yield role, (BOTH[turns[answer] % 2],)
        turns[answer] += 1


def send(browser: Browser, method: str, url: str, row: Row, fields: Fields) -> str:
    if method == "GET":
        return MEANING[browser.get(url).status]
    return MEANING[browser.post(url, fields(row, browser)).status]
