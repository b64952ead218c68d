"""The procedure as a folder: what stands in which file, and how a factory's own files take its place."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path

import pytest

from cs.procedure.folder import FILES, PACKAGED
from cs.procedure.reading import table_of
from cs.procedure.rulebook import ProcedureError, load

BOOK = load()
NAMES = [
    "rules.toml",
    "organisation.toml",
    "forms.toml",
    "choices.toml",
    "defects.toml",
    "labels.toml",
    "clauses.toml",
]


def packaged(name: str) -> str:
    return (PACKAGED / name).read_text("utf-8")


def own_folder(folder: Path, name: str, *changes: tuple[str, str]) -> Path:
    """A factory's folder that holds one file, copied and changed."""
    text = packaged(name)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return folder_with(folder, name, text)


def folder_with(folder: Path, name: str, text: str) -> Path:
    path = folder / "procedure"
    path.mkdir(exist_ok=True)
    (path / name).write_bytes(text.encode())
    return path


def fault(path: Path) -> ProcedureError:
    with pytest.raises(ProcedureError) as caught:
        load(path)
    return caught.value


# -- the packaged folder


def test_the_folder_holds_these_files_in_this_order():
    assert list(FILES) == NAMES
    assert sorted(path.name for path in PACKAGED.iterdir()) == sorted(NAMES)


@pytest.mark.parametrize(
    ("name", "tables"),
    [
        (
            "rules.toml",
            "recurrence_months open_ages procedure reply analysis capa rework replenishment escalation kpis",
        ),
        ("organisation.toml", "company working departments roles"),
        ("forms.toml", "forms numbering"),
        ("choices.toml", "choices"),
        ("defects.toml", "defects"),
        ("labels.toml", "states steps terms"),
        ("clauses.toml", "clauses"),
    ],
)
def test_each_file_holds_its_tables(name, tables):
    assert set(tomllib.loads(packaged(name))) == set(tables.split())


def test_the_text_is_the_files_in_their_order_each_under_its_name():
    assert BOOK.text == "".join(f"# {name}\n{packaged(name)}" for name in NAMES)


def test_the_hash_is_that_of_the_text():
    assert BOOK.hash == hashlib.sha256(BOOK.text.encode()).hexdigest()


# -- a factory's own files


def test_one_revised_file_replaces_the_packaged_one_of_its_name(tmp_path):
    book = load(own_folder(tmp_path, "rules.toml", ("no_answer_days = 10", "no_answer_days = 15")))
    assert book.reply.no_answer_days == 15
    assert book.roles == BOOK.roles
    assert book.clauses == BOOK.clauses
    assert book.text == BOOK.text.replace("no_answer_days = 10", "no_answer_days = 15")


def test_a_file_is_replaced_as_a_whole(tmp_path):
    """A row that the factory's file leaves out is not taken from the packaged one."""
    book = load(own_folder(tmp_path, "rules.toml", ('close = { hours = 40, to = "general_manager" }\n', "")))
    assert list(book.escalation["complaint"]) == [
        name for name in BOOK.escalation["complaint"] if name != "close"
    ]
    assert "close" in BOOK.escalation["complaint"]


def test_files_of_one_folder_go_together(tmp_path):
    own_folder(tmp_path, "rules.toml", ("no_answer_days = 10", "no_answer_days = 15"))
    book = load(own_folder(tmp_path, "organisation.toml", ('zh = "本公司"', 'zh = "明辉电子"')))
    assert (book.reply.no_answer_days, book.company.zh) == (15, "明辉电子")


def test_a_copy_of_the_whole_folder_is_the_packaged_procedure(tmp_path):
    for name in NAMES:
        path = own_folder(tmp_path, name)
    assert load(path) == BOOK


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.rstrip("\n"),
    ],
    ids=["mark of a Windows editor", "Windows line ends", "no last line end"],
)
def test_how_an_editor_saves_a_file_does_not_change_the_text(tmp_path, change):
    path = folder_with(tmp_path, "organisation.toml", change(packaged("organisation.toml")))
    assert load(path) == BOOK


def test_hidden_files_of_editors_are_ignored(tmp_path):
    own_folder(tmp_path, "rules.toml")
    assert load(folder_with(tmp_path, ".rules.toml.swp", "anything")) == BOOK


def test_the_packaged_text_can_be_read_again_as_a_single_file(tmp_path):
    path = tmp_path / "own.toml"
    path.write_bytes(BOOK.text.encode())
    assert load(path) == BOOK


def test_the_text_of_a_factorys_folder_can_be_read_again_as_a_single_file(tmp_path):
    book = load(own_folder(tmp_path, "rules.toml", ("[7, 30]", "[14, 30]")))
    path = tmp_path / "own.toml"
    path.write_bytes(book.text.encode())
    assert load(path) == book


# -- faults


def test_a_file_of_an_unknown_name_is_refused(tmp_path):
    own_folder(tmp_path, "rules.toml")
    error = fault(folder_with(tmp_path, "rule.toml", ""))
    expected = f"is not a file of the procedure: name it one of {', '.join(NAMES)}, or remove it"
    assert str(error) == f"procedure/rule.toml: {expected}"


def test_a_folder_without_any_file_is_refused(tmp_path):
    (tmp_path / "procedure").mkdir()
    expected = f"holds no file of the procedure: add one of {', '.join(NAMES)}"
    assert str(fault(tmp_path / "procedure")) == f"procedure: {expected}"


def test_the_current_folder_is_named_too(tmp_path, monkeypatch):
    (tmp_path / "procedure").mkdir()
    monkeypatch.chdir(tmp_path / "procedure")
    assert str(fault(Path())).startswith("procedure: holds no file of the procedure")


def test_a_folder_in_place_of_a_file_cannot_be_read(tmp_path):
    (tmp_path / "procedure/rules.toml").mkdir(parents=True)
    assert str(fault(tmp_path / "procedure")).startswith("rules.toml: cannot be read (")


def test_a_fault_names_file_table_and_row(tmp_path):
    error = fault(own_folder(tmp_path, "organisation.toml", ('en = "Engineering"', 'en = ""')))
    assert str(error) == "organisation.toml departments.engineering.en: is blank: write a text"
    assert (error.file, error.place) == ("organisation.toml", "departments.engineering.en")


def test_a_missing_table_is_missed_in_its_file(tmp_path):
    error = fault(folder_with(tmp_path, "choices.toml", "# nothing yet\n\n"))
    assert str(error) == "choices.toml choices: is missing: add it"


def test_a_missing_code_is_missed_in_its_file(tmp_path):
    line = 'planner = { zh = "计划员", en = "Planner", department = "planning" }\n'
    error = fault(own_folder(tmp_path, "organisation.toml", (line, "")))
    expected = "roles.planner: is missing: copy from the packaged folder mj-qp-12"
    assert str(error) == f"organisation.toml {expected}"


def test_values_of_two_files_that_contradict_each_other_are_named(tmp_path):
    change = ('[[clauses]]\nid = "3.4"', '[[clauses]]\nid = "3.4x"')
    error = fault(own_folder(tmp_path, "clauses.toml", change))
    assert str(error) == "rules.toml kpis.repeats.clause: no clause '3.4': name a clause of the procedure"


def test_a_clause_that_stands_twice_is_named_with_its_file(tmp_path):
    error = fault(own_folder(tmp_path, "clauses.toml", ('id = "2.0"', 'id = "1.0"')))
    assert str(error) == "clauses.toml clauses[2]: '1.0' stands already at clauses[1]: change one of them"


def test_a_table_in_the_wrong_file_is_sent_to_its_own(tmp_path):
    error = fault(own_folder(tmp_path, "forms.toml", ("[numbering]", "[roles]\n[numbering]")))
    assert str(error) == "forms.toml roles: stands in the wrong file: move it to organisation.toml"


def test_an_unknown_table_is_named_with_its_file(tmp_path):
    error = fault(own_folder(tmp_path, "forms.toml", ("[numbering]", "[surprise]\n[numbering]")))
    expected = "surprise: is not a key that the program knows: correct or remove it"
    assert str(error) == f"forms.toml {expected}"


def test_a_key_before_the_first_table_is_refused(tmp_path):
    """In the one text it would belong to the last table of the file above."""
    text = 'company.zh = "明辉电子"\n' + packaged("organisation.toml").replace("[company]", "[roles.x]")
    error = fault(folder_with(tmp_path, "organisation.toml", "# ours\n\n" + text))
    expected = "starts with 'company.zh': write its table in square brackets above it"
    assert str(error) == f"organisation.toml: {expected}"


def test_a_file_that_is_not_toml_is_named_with_its_own_line(tmp_path):
    error = fault(folder_with(tmp_path, "labels.toml", "# ours\n[states.complaint\n"))
    assert str(error).startswith("labels.toml: is not valid TOML: Expected ']'")
    assert "line 2" in error.reason


def test_a_file_that_is_not_utf_8_is_named_with_its_line(tmp_path):
    path = folder_with(tmp_path, "labels.toml", "")
    (path / "labels.toml").write_bytes("# ASCII\n[terms]\n# 客户\n".encode("gb18030"))
    assert str(fault(path)) == "labels.toml line 3: is not UTF-8: save the file as UTF-8"


@pytest.mark.parametrize(
    ("place", "table"),
    [("departments.sales.zh", "departments"), ("clauses[2].id", "clauses"), ("open_ages[1]", "open_ages")],
)
def test_a_place_belongs_to_the_table_it_begins_with(place, table):
    assert table_of(place) == table
