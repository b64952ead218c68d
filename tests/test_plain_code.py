"""A line holds one idea, and a docstring says what its function does: both as far as a machine can tell."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.source import MODULES, ROOT

COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

# Words with which a docstring describes instead of saying what to do.
NO_VERB = re.compile(
    "A|All|An|Any|As|Both|Every|Everybody|Everything|For|From|He|How|If|In|It|Its|Just|New|No|Nothing|On|One|"
    "Only|Our|She|So|Some|Text|That|The|Their|There|These|They|This|Those|To|True|What|When|Where|Whether|"
    "Which|Who|Whom|Whose|Why|With"
)
VERBS_IN_S = {"Pass", "Process", "Compress", "Dismiss", "Express"}


def is_nested(node: ast.AST) -> bool:
    """A conditional within a conditional, a comprehension within a comprehension, or one of several loops
    with a condition."""
    inner = [child for child in ast.walk(node) if child is not node]
    if isinstance(node, ast.IfExp):
        return any(isinstance(child, ast.IfExp) for child in inner)
    if not isinstance(node, COMPREHENSIONS):
        return False
    loops = node.generators
    return (
        len(loops) > 2
        or (len(loops) == 2 and any(loop.ifs for loop in loops))
        or any(isinstance(child, COMPREHENSIONS) for child in inner)
    )


def nested_lines(source: str) -> list[int]:
    return [node.lineno for node in ast.walk(ast.parse(source)) if is_nested(node)]


def starts_with_a_verb(docstring: str) -> bool:
    first = docstring.split(maxsplit=1)[0].rstrip(",.")
    third_person = first.endswith("s") and first not in VERBS_IN_S
    return bool(re.fullmatch("[A-Z][a-z]+", first)) and not NO_VERB.fullmatch(first) and not third_person


def documented_functions(source: str) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, FUNCTIONS) or node.name.startswith("__"):
            continue
        if docstring := ast.get_docstring(node):
            yield node.name, docstring


def test_no_expression_nests_another_of_its_kind():
    nested = [
        f"{path.relative_to(ROOT)}:{line}: name the inner step"
        for path in MODULES
        for line in nested_lines(path.read_text("utf-8"))
    ]
    assert nested == [], "\n" + "\n".join(nested)


def test_every_docstring_of_a_function_starts_with_a_verb():
    wrong = [
        f"{path.relative_to(ROOT)}: {name}: {docstring.splitlines()[0]}"
        for path in MODULES
        for name, docstring in documented_functions(path.read_text("utf-8"))
        if not starts_with_a_verb(docstring)
    ]
    assert wrong == [], "say what these do, as in “Return the open tasks”:\n" + "\n".join(wrong)


def test_every_module_with_code_says_what_it_is_for():
    silent = [
        str(path.relative_to(ROOT))
        for path in MODULES
        if path.stat().st_size and not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert silent == []


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("a if b else c", []),
        ("a if b else c if d else e", [1]),
        ("a if b else f(c if d else e)", [1]),
        ("[a for a in b if a]", []),
        ("[a for b in c for a in b]", []),
        ("[a for b in c for a in b if a]", [1]),
        ("[[a for a in b] for b in c]", [1]),
        ("x = [\n    a for b in c if any(a for a in b)\n]", [1]),
    ],
)
def test_a_nested_expression_is_noticed(source, lines):
    assert nested_lines(source) == lines


@pytest.mark.parametrize(
    ("docstring", "is_plain"),
    [
        ("Return the open tasks.", True),
        ("Read, plan and apply the table.", True),
        ("Pass on what was heard.", True),
        ("The open tasks.", False),
        ("Whether it is open.", False),
        ("Writes a file.", False),
        ("5.2.2: who can sign.", False),
        ("`name` as typed.", False),
    ],
)
def test_a_docstring_without_a_verb_is_noticed(docstring, is_plain):
    assert starts_with_a_verb(docstring) is is_plain
