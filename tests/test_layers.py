"""The numbered layers of docs/architecture.md: imports point down the numbers, and never in a circle."""

from __future__ import annotations

import sys

import pytest

from tests.source import MODULES, all_imports, imports, name_of, within

# A package imports what has a lower number. A higher one is asked by a hook that it registers itself.
LAYERS = {
    "procedure": 0,
    "extensions": 1,
    "processes": 1,
    "site": 1,
    "records": 2,
    "files": 2,
    "drawing": 2,
    "models": 3,
    "queries": 4,
    "wording": 4,
    "imports": 4,
    "printing": 5,
    "registers": 6,
    "web": 7,
    "exports": 7,
    "blueprints": 8,
    "cli": 9,
    "demo": 9,
}
# Within one layer, these alone, and in this direction.
WITHIN_A_LAYER = {("records", "files"), ("queries", "wording"), ("cli", "demo")}


def package(name: str) -> str:
    return name.split(".")[1] if "." in name else ""


def is_allowed(name: str, target: str) -> bool:
    mine, theirs = package(name), package(target)
    return mine == theirs or LAYERS[theirs] < LAYERS[mine] or (mine, theirs) in WITHIN_A_LAYER


def test_every_package_has_its_layer():
    assert {package(name_of(path)) for path in MODULES} - {""} == set(LAYERS)


def test_imports_point_down_the_layers():
    inside = [(name, target) for name, target in all_imports() if within(target, "cs") and name != "cs"]
    assert [(name, target) for name, target in inside if not is_allowed(name, target)] == []


def test_only_the_start_of_the_program_imports_all_layers():
    assert {name for name, target in all_imports() if target == "cs"} == set()


def test_the_written_procedure_needs_nothing_but_the_standard_library():
    foreign = [
        (name, target)
        for name, target in all_imports()
        if within(name, "cs.procedure")
        and not within(target, "cs.procedure")
        and target.split(".")[0] not in sys.stdlib_module_names
    ]
    assert foreign == []


def test_a_section_imports_no_other_section():
    def section(name: str) -> str:
        return ".".join(name.split(".")[:3])

    assert [
        (name, target)
        for name, target in all_imports()
        if within(name, "cs.blueprints")
        and name != "cs.blueprints"
        and within(target, "cs.blueprints")
        and section(target) != section(name)
    ] == []


def test_only_the_start_of_the_program_imports_the_sections():
    assert {
        name
        for name, target in all_imports()
        if within(target, "cs.blueprints") and not within(name, "cs.blueprints")
    } == {"cs"}


def circles() -> set[frozenset[str]]:
    """Modules that reach each other by imports, those for type checking included (Tarjan)."""
    names = {name_of(path) for path in MODULES}
    reached = {name_of(path): sorted(set(imports(path)) & names) for path in MODULES}
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    waiting: list[str] = []
    found: set[frozenset[str]] = set()

    def visit(name: str) -> None:
        order[name] = lowest[name] = len(order)
        waiting.append(name)
        for target in reached[name]:
            if target not in order:
                visit(target)
            if target in waiting:
                lowest[name] = min(lowest[name], lowest[target])
        if lowest[name] == order[name]:
            group = waiting[waiting.index(name) :]
            del waiting[waiting.index(name) :]
            if len(group) > 1 or name in reached[name]:
                found.add(frozenset(group))

    for name in sorted(names):
        if name not in order:
            visit(name)
    return found


def test_no_module_imports_itself_in_a_circle():
    assert [sorted(circle) for circle in circles()] == []


@pytest.mark.parametrize("pair", sorted(WITHIN_A_LAYER))
def test_a_pair_within_a_layer_is_needed(pair):
    assert any((package(name), package(target)) == pair for name, target in all_imports())
