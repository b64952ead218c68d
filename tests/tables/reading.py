"""How a table of steps is written and read.

A line is a step: clause, step, who may take it, where it is open; two spaces or more part them. A line that
begins with a space goes on with the one before.

- who: roles, or groups of them (GROUPS). `named` in front: only whom the situation names for the step.
- where: states, each standing for all its situations, or single situations by their short names;
  `new` makes the record, `nowhere` is never taken by hand in any situation of the table.

Everyone else is refused (403); whoever may take the step is told that it is not open anywhere else (409).
"""

from __future__ import annotations

import re
from typing import NamedTuple

ROLES = (
    "sales_clerk",
    "sales_manager",
    "quality_inspector",
    "quality_supervisor",
    "engineer",
    "process_engineer",
    "production_operator",
    "production_manager",
    "planner",
    "warehouse_keeper",
    "mould_keeper",
    "document_controller",
    "general_manager",
    "department_member",
    "auditor",
    "administrator",
)
GROUPS = {
    "sales": ("sales_clerk", "sales_manager"),
    "quality": ("quality_inspector", "quality_supervisor"),
    "production": ("production_operator", "production_manager"),
    # every department but sales and quality; the auditor and the administrator take no step
    "others": (
        "engineer",
        "process_engineer",
        "production_operator",
        "production_manager",
        "planner",
        "warehouse_keeper",
        "mould_keeper",
        "document_controller",
        "general_manager",
        "department_member",
    ),
}


class Situation(NamedTuple):
    """A state, and what else decides which steps are open there.

    `short`: what the lines call it; none where its state has no other situation.
    """

    name: str
    state: str
    options: dict[str, object] = {}
    named: dict[str, tuple[str, ...]] = {}
    short: str = ""


class Row(NamedTuple):
    clause: str
    step: str
    roles: frozenset[str]
    open_in: frozenset[str]
    creates: bool
    by_name: bool

    def answer(self, role: str, situation: Situation) -> str:
        """may, 403 or 409: whose step it is comes before where the record stands."""
        if role not in self.roles or (self.by_name and role not in situation.named.get(self.step, ())):
            return "403"
        return "may" if situation.name in self.open_in else "409"


def read(table: str, situations: tuple[Situation, ...]) -> tuple[Row, ...]:
    """Return the rows of a table; a word that names nothing is an error."""
    places = places_by_word(situations)
    lines = re.sub(r"\n +", " ", table.strip()).splitlines()
    return tuple(read_row(line, places) for line in lines)


def places_by_word(situations: tuple[Situation, ...]) -> dict[str, set[str]]:
    """Return the names of the situations that each word stands for."""
    states = {situation.state for situation in situations}
    places: dict[str, set[str]] = {"new": set(), "nowhere": set()}
    for situation in situations:
        places.setdefault(situation.state, set()).add(situation.name)
        if situation.short:
            assert situation.short not in states | places.keys(), f"{situation.short} says two things"
            places[situation.short] = {situation.name}
    return places


def read_row(line: str, places: dict[str, set[str]]) -> Row:
    clause, step, who, where = re.split(r" {2,}", line.strip())
    by_name = who.startswith("named ")
    roles = [role for word in who.removeprefix("named ").split() for role in GROUPS.get(word, (word,))]
    assert set(roles) <= set(ROLES), line
    assert len(set(roles)) == len(roles), line
    words = where.split()
    assert set(words) <= places.keys(), line
    open_in = [name for word in words for name in places[word]]
    assert len(set(open_in)) == len(open_in), line
    return Row(clause, step, frozenset(roles), frozenset(open_in), words == ["new"], by_name)
