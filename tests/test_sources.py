"""Every reading, form field and clause that the program quotes stands in docs/procedure, and every link of
the documents leads somewhere."""

from __future__ import annotations

import io
import re
import tokenize
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from cs.procedure.clauses import CLAUSES, SCREENS
from tests.source import CS, MODULES, ROOT, TEMPLATES
from tests.test_layers import LAYERS, WITHIN_A_LAYER

DOCS = ROOT / "docs"
CLAUSE_TEXT = (DOCS / "procedure/clauses.md").read_text("utf-8")
FORMS_TEXT = (DOCS / "procedure/forms.md").read_text("utf-8")
READINGS_TEXT = (DOCS / "procedure/readings.md").read_text("utf-8")
ARCHITECTURE_TEXT = (DOCS / "architecture.md").read_text("utf-8")
SOURCE_TEXT = (DOCS / "procedure/source-zh.txt").read_text("utf-8")
GLOSSARY_TEXT = (DOCS / "glossary.md").read_text("utf-8")
PAGES = (ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md")))


def documented_readings() -> list[str]:
    return re.findall(r"^\| (Q\d+) \|", READINGS_TEXT, re.MULTILINE)


def documented_clauses() -> dict[str, str]:
    """Return {clause: status} in the order of the document."""
    return dict(re.findall(r"^\| (\d\.[\d.]*\d[a-e]?) \|[^|]*\| ([●◐○—]) \|", CLAUSE_TEXT, re.MULTILINE))


def documented_sections() -> set[str]:
    """Return the numbers of the sections of forms.md, forms 7.1 to 7.8 among them."""
    return set(re.findall(r"^#+ (\d(?:\.\d)?)\.? ", FORMS_TEXT, re.MULTILINE))


def documented_fields() -> list[str]:
    """Return the fields of the numbered forms, as 7.4-21, and of the others, as 'return slip 5'."""
    fields, form = [], ""
    for line in FORMS_TEXT.splitlines():
        if line.startswith("### "):
            form = re.sub(r"[^\x00-\x7f].*", "", line[4:]).strip().lower()
        elif match := re.match(r"\| (7\.\d-\d+[a-z]?) \|", line):
            fields.append(match[1])
        elif match := re.match(r"\| (\d+) \|", line):
            fields.append(f"{form} {match[1]}")
    return fields


READINGS = set(documented_readings())
CLAUSE_IDS = set(documented_clauses())
SECTIONS = documented_sections()
FIELDS = set(documented_fields())
UNNUMBERED = sorted({field.rsplit(" ", 1)[0] for field in FIELDS if not field.startswith("7.")})

READING = re.compile(r"\bQ(\d{1,2})\b(?:\s?[–…]\s?Q?(\d{1,2})\b)?")
FIELD = re.compile(r"(?<![\d.])(7\.\d)-(\d+[a-z]?)((?:(?:, | to |–| and )\d+\b(?!\.))*)")
FIELD_IN_WORDS = re.compile(r"(?<![\d.])(7\.\d),? fields? (\d+)\b")
UNNUMBERED_FIELD = re.compile(rf"\b({'|'.join(UNNUMBERED)}),? fields? (\d+)\b", re.IGNORECASE)
SECTION = re.compile(r"\b(?:FORMS|forms\.md)(?: section)? (\d(?:\.\d)?)\b")
# Three numbers or more are a clause wherever they stand. Two are one after the word, in brackets, or at the
# head of a comment. The clauses of standards are not ours.
LONG_CLAUSE = re.compile(r"(?<![\w.\-–/:=%])([3-8](?:\.\d){2,3}[a-e]?)(?!\.?\d|[\w%])(?:–(\d)(?![\d.]))?")
SHORT_CLAUSE = re.compile(r"(?:[Cc]lauses? |条款 ?|[(（]|#\s+|\"{3})([3-8]\.\d)(?=[,:;)）]|$)")
STANDARD = re.compile(r"\b(?:ISO|IATF)\b[^;|)]*")
NO_DOCUMENT = re.compile(r"\b(?:DESIGN|REQUIREMENTS|STYLE)\.md\b")
DOCUMENT = re.compile(r"\bdocs/[\w/.-]+\.(?:md|txt)\b")
IN_MODULES = {tokenize.COMMENT, tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)}


def prose(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a file in which something may be quoted; of a module its comments and strings."""
    if path.suffix != ".py":
        yield from enumerate(path.read_text("utf-8").splitlines(), 1)
        return
    for token in tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline):
        if token.type in IN_MODULES:
            yield from enumerate(token.string.splitlines(), token.start[0])


def quoted_readings(line: str) -> list[str]:
    return [f"Q{number}" for ends in READING.findall(line) for number in ends if number]


def quoted_fields(line: str) -> list[str]:
    fields = [f"{form}-{number}" for form, number in FIELD_IN_WORDS.findall(line)]
    fields += [f"{form.lower()} {number}" for form, number in UNNUMBERED_FIELD.findall(line)]
    for form, first, more in FIELD.findall(line):
        fields += [f"{form}-{number}" for number in (first, *re.findall(r"\d+", more))]
    return fields


def quoted_clauses(line: str) -> list[str]:
    """The clauses of a line; of the range 5.2.2.2–4 both ends."""
    line = STANDARD.sub("", line)
    clauses = SHORT_CLAUSE.findall(line)
    for first, last in LONG_CLAUSE.findall(line):
        clauses += [first] + ([re.sub(r"\d[a-e]?$", last, first)] if last else [])
    return clauses


def missing_documents(line: str) -> list[str]:
    return NO_DOCUMENT.findall(line) + [name for name in DOCUMENT.findall(line) if not (ROOT / name).exists()]


CHECKS = (
    (quoted_readings, READINGS, "is no reading: correct it, or add its row to docs/procedure/readings.md"),
    (quoted_fields, FIELDS, "is no field: correct it, or add its row to docs/procedure/forms.md"),
    (quoted_clauses, CLAUSE_IDS, "is no clause of MJ-QP-12: correct it by docs/procedure/clauses.md"),
    (SECTION.findall, SECTIONS, "is no section: correct it, or add it to docs/procedure/forms.md"),
    (missing_documents, set(), "is no document of this project: name one of docs/"),
)


def faults(line: str) -> Iterator[tuple[str, str]]:
    """What a line quotes that does not exist, each with what to do."""
    for quoted, known, advice in CHECKS:
        yield from ((name, advice) for name in quoted(line) if name not in known)


OWN = Path(__file__)
QUOTING = [
    *(path for path in MODULES),
    *(path for path in sorted((ROOT / "tests").rglob("*.py")) if path != OWN),
    *sorted((CS / "procedure").rglob("*.toml")),
    *TEMPLATES,
    *sorted((CS / "translations").rglob("*.po")),
    *(ROOT / name for name in ("app.py", "config.py", "manage.py")),
    *sorted((ROOT / "migrations/versions").glob("*.py")),
    *PAGES,
]


def test_everything_that_is_quoted_stands_in_the_documents():
    wrong = [
        f"{path.relative_to(ROOT)}:{number}: {name} {advice}"
        for path in QUOTING
        for number, line in prose(path)
        for name, advice in faults(line)
    ]
    assert wrong == [], "\n" + "\n".join(wrong)


@pytest.mark.parametrize(
    ("line", "quoted"),
    [
        ("# Q46: unknown", ["Q46"]),
        ("Q13–Q55, Q1–Q5", ["Q55"]),
        ("7.4-43, 46", []),
        ("7.4-43, 99", ["7.4-99"]),
        ("7.2-12 to 99: a person", ["7.2-99"]),
        ("7.1, field 30", ["7.1-30"]),
        ("return slip, field 9", []),
        ("Return slip, field 90", ["return slip 90"]),
        ("(5.2.2.2–4, Q17)", []),
        ("(5.2.2.2–9)", ["5.2.2.9"]),
        ("5.4.2.1f", []),
        ("clause 5.4.2.1e and 5.9.1", ["5.9.1"]),
        ("clause 5.9", ["5.9"]),
        ("(3.9), # 3.8: a rule, ISO 9001, 8.5.3", ["3.9", "3.8"]),
        ("127.0.0.1, version 1.2.3-rc, 3.5 mm", []),
        ("FORMS 6, FORMS 4.1, FORMS 7.4 A", []),
        ("FORMS 9", ["9"]),
        ("as DESIGN.md says", ["DESIGN.md"]),
        ("docs/nowhere.md", ["docs/nowhere.md"]),
    ],
)
def test_a_reference_that_leads_nowhere_is_named(line, quoted):
    assert [name for name, _advice in faults(line)] == quoted


# The documents themselves


def test_each_reading_stands_once_and_in_order():
    assert documented_readings() == [f"Q{number}" for number in range(1, 46)]


def test_each_clause_of_the_procedure_stands_once_and_in_its_order():
    rows = re.findall(r"^\| (\d\.[\d.]*\d[a-e]?) \|", CLAUSE_TEXT, re.MULTILINE)
    assert rows == [clause.id for clause in CLAUSES]


CUT_BY_A_TABLE = {"5.4.2.1e", "5.4.3.2", "5.4.3.3", "5.4.5", "5.4.6.4"}


def test_the_source_holds_the_words_of_the_procedure_file():
    pages = re.sub(r"^\d+、", "", SOURCE_TEXT, flags=re.MULTILINE)
    source = "".join(pages.split())
    missing = {clause.id for clause in CLAUSES if "".join(clause.text_zh.split()) not in source}
    assert missing == CUT_BY_A_TABLE


def test_what_is_built_is_marked_as_built():
    marked = {clause for clause, status in documented_clauses().items() if status in "●◐"}
    assert set(SCREENS) - marked == set(), "mark these ● or ◐ in docs/procedure/clauses.md"


def test_the_fields_of_each_form_are_numbered_without_a_gap():
    numbers: dict[str, list[int]] = {}
    for field in documented_fields():
        form, number = re.split(r"[- ](?=\d+[a-z]?$)", field)
        if number.isdigit():
            numbers.setdefault(form, []).append(int(number))
    broken = {form: found for form, found in numbers.items() if found != list(range(1, len(found) + 1))}
    assert broken == {}
    assert [form for form, count in Counter(documented_fields()).items() if count > 1] == []


def test_each_form_of_the_procedure_file_is_described():
    codes = {code for path in (CS / "procedure").rglob("*.toml") for code in forms_of(path)}
    described = set(re.findall(r"`(\w+)`", FORMS_TEXT))
    assert sorted(codes - described) == []


def forms_of(path: Path) -> set[str]:
    return set(tomllib.loads(path.read_text("utf-8")).get("forms", ()))


def test_code_names_of_the_glossary_are_names_of_the_program():
    files = [*MODULES, *(CS / "procedure").rglob("*.toml")]
    known = {word for path in files for word in re.findall(r"\w+", path.read_text("utf-8"))}
    rows = [line.split("|") for line in GLOSSARY_TEXT.splitlines() if line.count("|") == 5]
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row[3])}
    assert sorted(named - known) == []


def test_the_layers_of_the_architecture_are_those_that_a_test_holds():
    rows = re.findall(r"^\| (\d) \| ([^|]*) \|[^|]*\| ([^|]*)\|$", ARCHITECTURE_TEXT, re.MULTILINE)
    layers = {name: int(number) for number, names, _ in rows for name in re.findall(r"cs/(\w+)", names)}
    pairs = {pair for *_, pairs in rows for pair in re.findall(r"`(\w+)` → `(\w+)`", pairs)}
    assert (layers, pairs) == (LAYERS, WITHIN_A_LAYER)


def test_a_row_of_a_table_has_the_cells_of_its_head():
    broken = []
    for page in PAGES:
        width = 0
        for number, line in enumerate(page.read_text("utf-8").splitlines(), 1):
            cells = line.count("|") if line.startswith("|") else 0
            if cells and width and cells != width:
                broken.append(f"{page.relative_to(ROOT)}:{number}")
            width = cells
    assert broken == []


# Links


def anchors(page: Path) -> set[str]:
    """The headings of a page as links name them."""
    heads = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def links(page: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(page.read_text("utf-8").splitlines(), 1):
        for target in re.findall(r"\]\(([^)\s]+)\)", line):
            if not re.match(r"[a-z]+:", target):
                yield number, target


def leads_somewhere(page: Path, target: str) -> bool:
    name, _, anchor = target.partition("#")
    file = (page.parent / name) if name else page
    return file.exists() and (not anchor or anchor in anchors(file))


def test_every_link_of_the_documents_leads_somewhere():
    broken = [
        f"{page.relative_to(ROOT)}:{number}: {target} does not exist: correct the link"
        for page in PAGES
        for number, target in links(page)
        if not leads_somewhere(page, target)
    ]
    assert broken == [], "\n" + "\n".join(broken)
