"""The kernel knows no section: kinds made up in made_up_kinds.py get all of it, and its source names none."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

from tests.source import CS, MODULES, ROOT, name_of, strings, within

# What queries serve every kind alike; the other queries are about sections.
GENERIC = (
    "cs.records",
    "cs.queries.listing",
    "cs.queries.my_work",
    "cs.queries.escalation",
    "cs.queries.site_health",
)
SECTION = re.compile(
    r"complaint|capa(?!c)|replenish|customer|product(?!ion)|shipment|deput(?!ised)|holiday"
    r"|(?<![a-z])returns?(?![a-z])",
    re.IGNORECASE,
)
# {(module, name): why it stays}. Nothing of cs.records is among them.
STAYS = {
    ("cs.queries.my_work", "Deputy"): "deputies see the work of those they act for, of every kind",
    ("cs.queries.my_work", "cs.models.deputies"): "as above",
    ("cs.queries.escalation", "cs.models.holidays"): "lateness is counted in the factory's working days",
    ("cs.queries.site_health", "cs.models.holidays"): "reports how far ahead public holidays are known",
}


def identifiers(path: Path) -> set[str]:
    """The names that a module binds or reads, those after a dot, of keywords and of imports included."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        for field in ("id", "attr", "arg", "name", "module", "asname"):
            value = getattr(node, field, None)
            if isinstance(value, str):
                names.add(value)
    return names


def test_the_kernel_names_no_section():
    named = {
        (name_of(path), text)
        for path in MODULES
        if within(name_of(path), *GENERIC)
        for text in identifiers(path) | {value for _line, value in strings(path)}
        if SECTION.search(text)
    }
    assert named == set(STAYS)
    assert [module for module, _name in STAYS if within(module, "cs.records")] == []


def test_the_search_for_sections_finds_them_where_they_are():
    path = CS / "models" / "capa" / "capa.py"
    names = identifiers(path) | {value for _line, value in strings(path)}
    assert {"Capa", "capa", "complaint", "Complaint"} <= {name for name in names if SECTION.search(name)}


def test_kinds_that_the_kernel_never_heard_of_touch_and_block_each_other(tmp_path: Path):
    run = subprocess.run(
        [sys.executable, "-m", "tests.made_up_kinds", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
        encoding="utf-8",
    )
    assert run.returncode == 0, run.stderr[-2000:]
    assert json.loads(run.stdout.splitlines()[-1]) == {
        "tasks of an empty crate": ["shut"],
        "tasks of a crate that waits": [],
        "tasks of another crate": ["shut"],
        "what blocks it": {"parcels": ["PA-2026-0001"]},
        "what blocks another": {},
        "shutting is refused": True,
        "tasks read by packing": ["parcel", "crate"],
        "tasks of a packed crate": ["shut"],
        "tasks read without a crate": ["parcel"],
        "shutting is refused then": False,
        "state": "shut",
    }
