"""The design's own rules: imports point one way, every view says who may open it, every step has its form,
verb, names and test row."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import jinja2.ext
import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from cs.blueprints import SECTIONS
from cs.extensions import csrf
from cs.models.complaints.conditions import CONDITIONS
from cs.procedure import rulebook
from cs.procedure.authority import Permission, may
from cs.queries.approvals import KINDS_WITH_CUSTOMER
from cs.records.record import KINDS
from cs.records.workflowed import Workflowed
from tests.source import CS, MODULES, ROOT, TEMPLATES, imports, name_of, strings, within
from tests.tables import CAPA, COMPLAINT, MASTER, REPLENISHMENT, RETURN, ROLES

WORKFLOWED = {kind: cls for kind, cls in KINDS.items() if issubclass(cls, Workflowed)}
FORMS = {section.kind: section.forms for section in SECTIONS.with_records()}
RULES = rulebook.load()


# Writing


WRITES_OF_REQUESTS = {
    "cs.web.submission": "every form and every button",
    "cs.web.pending_files": "keeps the files that came with a form which is then refused",
    "cs.web.passwords": "counts a wrong password, which refuses the form",
    "cs.web.tracing": "writes the access log by a thread of its own, so that no request waits for it",
    "cs.web.layout": "notes a person's activity, and saves what was typed when the session had ended",
}
WRITES_OF_COMMANDS = ("cs.cli", "cs.exports")  # the long registers are written by a command that never ends


def modules_calling(*functions: str) -> set[str]:
    """The modules that call one of these functions or methods."""
    return {
        name_of(path)
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and (getattr(node.func, "attr", None) in functions or getattr(node.func, "id", None) in functions)
    }


def test_only_submissions_and_commands_commit():
    allowed = (*WRITES_OF_REQUESTS, *WRITES_OF_COMMANDS)
    assert [name for name in sorted(modules_calling("commit")) if not within(name, *allowed)] == []


def test_no_blueprint_begins_or_commits_a_write_by_itself():
    """A form is a Submission, a button goes through `press` (cs/web/submission.py)."""
    writing = modules_calling("begin_write", "commit", "flush", "begin", "begin_nested")
    assert [name for name in sorted(writing) if within(name, "cs.blueprints")] == []


def test_each_exception_of_a_request_that_writes_is_still_needed():
    writing = {name for name in modules_calling("begin_write", "commit") if within(name, "cs.web")}
    assert writing == set(WRITES_OF_REQUESTS)


def test_only_advance_writes_a_state():
    writing = {
        name_of(path)
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Attribute) and target.attr == "state"
    }
    assert writing == {"cs.records.workflowed"}


def test_rows_are_changed_past_their_events_only_where_none_are_kept():
    """A bulk update writes no event: sessions and who took which task are no records, an import writes its
    events itself."""
    bulk = {
        (name_of(path), ast.unparse(node.args[0]))
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "update"
        and node.args
    }
    assert bulk == {
        ("cs.records.sessions", "cls"),
        ("cs.records.users", "Task"),
        ("cs.records.bulk", "table"),
    }


def test_nothing_of_a_record_is_ever_deleted():
    """5.6: `delete()` is for tasks, index words, drafts, waiting files, failed logins, links."""
    deleted = {
        ast.unparse(node.args[0])
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "delete"
        and node.args
    }
    assert deleted <= {"Task", "SearchWord", "Draft", "cls", "table"}, deleted


# Views


def test_every_view_says_who_may_open_it(app):
    bare = [
        endpoint for endpoint, view in app.view_functions.items() if getattr(view, "access", None) is None
    ]
    assert sorted(bare) == ["bootstrap.static", "static"]


def test_only_these_views_are_open_to_who_is_not_signed_in(app):
    assert sorted(
        endpoint for endpoint, view in app.view_functions.items() if getattr(view, "access", None) == "public"
    ) == ["auth.language", "auth.login", "auth.setup", "auth.welcome", "htmx"]


def test_views_ask_for_permissions_that_the_matrix_knows(app):
    asked = {
        view.access
        for view in app.view_functions.values()
        if getattr(view, "access", None) not in (None, "public", "signed_in")
    }
    assert asked <= set(Permission)


def test_no_form_is_exempt_from_its_csrf_token(app):
    assert (csrf._exempt_views, csrf._exempt_blueprints) == (set(), set())


def test_what_changes_anything_is_a_post(app):
    """A link that changes something would be followed by a browser that prefetches."""
    changing = re.compile(
        r"\b(take|give_back|logout|save|discard|restore|withdraw|end_sessions|ask|again|remove)$"
    )
    open_to_get = [
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if changing.search(rule.endpoint) and "GET" in rule.methods
    ]
    assert open_to_get == []


# Steps


def test_every_kind_of_record_with_steps_is_in_the_tables_by_hand():
    assert sorted(WORKFLOWED) == sorted(["complaint", "capa", "return", "replenishment", *MASTER])
    for kind, rows in {
        "complaint": COMPLAINT,
        "capa": CAPA,
        "return": RETURN,
        "replenishment": REPLENISHMENT,
        **MASTER,
    }.items():
        assert {row.step for row in rows} == {step.name for step in WORKFLOWED[kind].workflow.steps}


@pytest.mark.parametrize("kind", WORKFLOWED)
def test_every_step_has_a_form_and_a_verb_that_says_what_it_does(kind):
    cls = WORKFLOWED[kind]
    steps = [step.name for step in cls.workflow.steps if not step.makes]
    assert sorted(FORMS[kind]) == sorted(steps)
    assert [name for name in steps if not (getattr(cls, name, None) and getattr(cls, name).__doc__)] == []


@pytest.mark.parametrize("kind", WORKFLOWED)
def test_a_step_that_makes_a_record_names_a_kind_that_its_person_may_begin(kind):
    for step in WORKFLOWED[kind].workflow.steps:
        if step.makes:
            begins = {row.permission for row in WORKFLOWED[step.makes].workflow.creating()}
            takers = [role for role in ROLES if may([role], step.permission)]
            assert [role for role in takers if not any(may([role], one) for one in begins)] == []
            assert step.task, step.name


@pytest.mark.parametrize("kind", WORKFLOWED)
def test_every_state_step_and_task_has_its_name_in_both_languages(kind):
    workflow = WORKFLOWED[kind].workflow
    named = {**RULES.steps["general"], **RULES.steps.get(kind, {})}
    assert [state.code for state in workflow.states if state.code not in RULES.states[kind]] == []
    assert [
        word for step in workflow.steps for word in (step.name, step.task) if word and word not in named
    ] == []


@pytest.mark.parametrize("kind", WORKFLOWED)
def test_every_question_that_a_row_asks_is_answered_by_the_record(kind):
    cls = WORKFLOWED[kind]
    conditions = {word for step in cls.workflow.steps for word in step.when}
    if kind == "complaint":  # which answers by a table, and by nothing else
        assert set(CONDITIONS) == conditions
    else:
        assert [word for word in conditions if not cls.answers(word)] == []
    asked = {word for step in cls.workflow.steps for word in (step.relation, step.due, step.persons) if word}
    assert [word for word in asked if not hasattr(cls, word)] == []
    assert [
        step.name for step in cls.workflow.steps if step.signed and f"signed_{step.signed}" not in RULES.terms
    ] == []


@pytest.mark.parametrize("kind", WORKFLOWED)
def test_every_condition_and_due_date_of_a_row_has_its_name_in_both_languages(kind):
    named = {
        "answer_ready",
        "answer_missing",
        "customer_silent",
        *RULES.choices["route"],
        *RULES.choices["condition"],
    }
    steps = WORKFLOWED[kind].workflow.steps
    assert [(step.name, one) for step in steps for one in step.when if one not in named] == []
    assert [step.name for step in steps if step.due and step.due not in RULES.terms] == []


@pytest.mark.parametrize("kind", WORKFLOWED)
def test_every_step_names_a_clause_of_the_procedure(kind):
    clauses = {clause.id for clause in RULES.clauses}
    assert [
        (step.name, step.clause) for step in WORKFLOWED[kind].workflow.steps if step.clause not in clauses
    ] == []


@pytest.mark.parametrize("section", SECTIONS.with_records(), ids=lambda section: section.name)
def test_every_section_of_records_has_the_same_shape(section):
    folder = CS / "blueprints" / section.name
    modules = {path.stem for path in folder.iterdir()}
    assert {"__init__", "forms", "listing", "page"} <= modules


# Words


PEOPLES_WORDS = ("cs/blueprints", "cs/templates", "cs/web", "cs/queries/listing.py")
STATES = {state.code for cls in WORKFLOWED.values() for state in cls.workflow.states} - {
    "active",
    "void",
    "accepted",
    "closed",
}  # also plain words


def routes() -> list[Path]:
    return [path for path in MODULES if str(path.relative_to(ROOT).as_posix()).startswith(PEOPLES_WORDS)]


def test_no_role_stands_in_a_route_or_a_template():
    assert [
        (name_of(path), line, text) for path in routes() for line, text in strings(path) if text in set(ROLES)
    ] == []
    quoted = re.compile("|".join(rf"""['"]{role}['"]""" for role in ROLES))
    assert [
        (path.name, quoted.findall(path.read_text("utf-8")))
        for path in TEMPLATES
        if quoted.search(path.read_text("utf-8"))
    ] == []


def test_no_state_stands_in_a_route_or_a_template():
    assert [
        (name_of(path), line, text) for path in routes() for line, text in strings(path) if text in STATES
    ] == []
    quoted = re.compile("|".join(rf"""['"]{state}['"]""" for state in sorted(STATES)))
    assert [
        (path.name, quoted.findall(path.read_text("utf-8")))
        for path in TEMPLATES
        if quoted.search(path.read_text("utf-8"))
    ] == []


def test_no_template_compares_a_state_but_for_striking_out_what_is_void():
    compares = re.compile(r"\bstate\s*(==|!=|in\s*\(|not in\s*\()(?!\s*'void')")
    assert [
        path.relative_to(CS).as_posix() for path in TEMPLATES if compares.search(path.read_text("utf-8"))
    ] == []


def messages() -> dict[str, set[str]]:
    """{msgid: its plural} of everything that the program says."""
    methods = [("**.py", "python"), ("templates/**.html", jinja2.ext.babel_extract)]
    words = {
        "_": None,
        "_N": None,
        "gettext": None,
        "lazy_gettext": None,
        "ngettext": (1, 2),
        "lazy_ngettext": (1, 2),
    }
    found: dict[str, set[str]] = {}
    for _file, _line, message, _comments, _context in extract_from_dir(CS, methods, keywords=words):
        msgid, *plural = message if isinstance(message, tuple) else (message,)
        found.setdefault(msgid, set()).update(filter(None, plural))
    return found


@pytest.fixture(scope="module")
def catalogue():
    with (CS / "translations/zh/LC_MESSAGES/messages.po").open("rb") as file:
        return {
            message.id[0] if isinstance(message.id, tuple) else message.id: message
            for message in read_po(file)
            if message.id
        }


def test_everything_that_is_said_is_said_in_chinese(catalogue):
    silent = [
        msgid
        for msgid in messages()
        if msgid not in catalogue or not any(catalogue[msgid].string) or catalogue[msgid].fuzzy
    ]
    assert silent == []


def test_the_catalogue_holds_nothing_that_is_not_said(catalogue):
    assert sorted(set(catalogue) - set(messages())) == []


def test_a_translation_holds_the_same_values(catalogue):
    def values(text: str) -> list[str]:
        return sorted(re.findall(r"%\(\w+\)s", text))

    wrong = []
    for msgid, message in catalogue.items():
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        wrong += [msgid for text in texts if values(text) != values(msgid)]
    assert wrong == []


def test_every_word_that_a_template_or_form_asks_for_stands_in_the_procedure_file():
    asked = {key for path in TEMPLATES for key in re.findall(r"\bterm\('(\w+)'\)", path.read_text("utf-8"))}
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id
                in (
                    "term",
                    "label",
                    "Text",
                    "LongText",
                    "Whole",
                    "Day",
                    "Moment",
                    "Choice",
                    "Choices",
                    "Reference",
                    "Yes",
                    "Number",
                )
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                asked.add(node.args[0].value)
    assert sorted(asked - set(RULES.terms)) == []


# Templates


def test_a_page_extends_the_base_and_a_fragment_begins_with_an_underscore():
    for path in TEMPLATES:
        whole = path.read_text("utf-8").lstrip().startswith("{% extends ") or path.name == "base.html"
        assert whole == (not path.name.startswith("_") and path.parent.name != "macros"), path


@pytest.mark.parametrize(
    "path",
    [path for path in TEMPLATES if path.name in ("_rows.html", "_record.html", "_step.html")],
    ids=lambda path: path.relative_to(CS / "templates").as_posix(),
)
def test_a_fragment_is_one_element_with_an_id(path):
    markup = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", "", path.read_text("utf-8"), flags=re.DOTALL).strip()
    opening = re.match(r"<(\w+)[^>]*\bid=\"\w+\"[^>]*>", markup)
    assert opening is not None
    assert markup.endswith(f"</{opening.group(1)}>")
    assert len(re.findall(rf"<{opening.group(1)}\b", markup)) == len(
        re.findall(rf"</{opening.group(1)}>", markup)
    )


def test_no_template_styles_scripts_or_trusts_by_itself():
    forbidden = re.compile(
        r"""\sstyle=|<style|\son[a-z]+=|<script(?![^>]*\ssrc=)|\|\s*safe\b|\{%-?\s*autoescape"""
    )
    assert [
        (path.name, forbidden.findall(path.read_text("utf-8")))
        for path in TEMPLATES
        if forbidden.search(path.read_text("utf-8"))
    ] == []


def test_every_form_that_posts_carries_its_token():
    for path in TEMPLATES:
        text = path.read_text("utf-8")
        posts = re.findall(r"<form[^>]*method=\"post\".*?</form>", text, flags=re.DOTALL)
        assert [form[:80] for form in posts if "csrf_token" not in form] == [], path


# Models


def test_importing_the_models_knows_every_table_and_every_blocker():
    known, waiting = set(), ["cs.models"]
    paths = {name_of(path): path for path in MODULES}
    while waiting:
        name = waiting.pop()
        if name in paths and name not in known:
            known.add(name)
            waiting += imports(paths[name])
    declaring = re.compile(r"__tablename__ =|^@blocks_", re.MULTILINE)
    models = [name for name in paths if within(name, "cs.models", "cs.records")]
    needed = [name for name in models if declaring.search(paths[name].read_text("utf-8"))]
    assert [name for name in needed if name not in known] == []
    assert len(needed) > 20


def test_the_queue_of_signatures_knows_the_kinds_that_belong_to_a_customer():
    assert [cls.kind for cls in KINDS_WITH_CUSTOMER] == ["complaint", "capa", "return", "replenishment"]
    signed = {kind for kind, cls in WORKFLOWED.items() if any(step.signed for step in cls.workflow.steps)}
    assert signed <= {cls.kind for cls in KINDS_WITH_CUSTOMER}


# Size


def test_modules_stay_readable():
    too_long = [name_of(path) for path in MODULES if len(path.read_text("utf-8").splitlines()) > 400]
    assert too_long == []
