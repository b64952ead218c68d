"""Templates: lines that a reader holds, nothing unused."""

from __future__ import annotations

import re

import jinja2
import pytest
from jinja2 import nodes

from tests.source import CS, MODULES, TEMPLATES

FOLDER = CS / "templates"
PARSER = jinja2.Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"], autoescape=True)
TREES = {
    path.relative_to(FOLDER).as_posix(): PARSER.parse(path.read_text("utf-8")) for path in sorted(TEMPLATES)
}
PYTHON = "\n".join(path.read_text("utf-8") for path in MODULES)
MARKUP = "\n".join(path.read_text("utf-8") for path in TEMPLATES)


@pytest.mark.parametrize("path", sorted(TEMPLATES), ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_no_line_of_a_template_is_over_160_characters(path):
    long = [n for n, line in enumerate(path.read_text("utf-8").splitlines(), 1) if len(line) > 160]
    assert long == [], "break these lines between attributes, after commas, or at {%- and -%}"


@pytest.mark.parametrize("name", TREES)
def test_a_template_uses_what_it_imports(name):
    tree = TREES[name]
    imported = {
        alias[1] if isinstance(alias, tuple) else alias
        for node in tree.find_all(nodes.FromImport)
        for alias in node.names
    } | {node.target for node in tree.find_all(nodes.Import)}
    used = {node.name for node in tree.find_all(nodes.Name) if node.ctx == "load"}
    assert imported - used == set(), "remove these imports"


def test_every_macro_is_called_somewhere():
    macros = {
        node.name
        for name, tree in TREES.items()
        if name.startswith("macros/")
        for node in tree.find_all(nodes.Macro)
    }
    called = {node.name for tree in TREES.values() for node in tree.find_all(nodes.Name)}
    called |= {node.attr for tree in TREES.values() for node in tree.find_all(nodes.Getattr)}
    called |= {
        alias[0] if isinstance(alias, tuple) else alias
        for tree in TREES.values()
        for node in tree.find_all(nodes.FromImport)
        for alias in node.names
    }
    assert macros - called == set(), "remove these macros"


def test_every_template_is_shown_somewhere():
    """Names built from a section or a step: `<section>/detail.html`, `<section>/_<step>_form.html`."""
    built = re.compile(r"\w+/(detail|_record|list|_rows|_\w+_form)\.html")
    named = {match for text in (PYTHON, MARKUP) for match in re.findall(r"[\w/]+\.html", text)}
    assert [name for name in TREES if name not in named and not built.fullmatch(name)] == [], "remove these"


def test_every_class_of_the_stylesheet_is_used_somewhere():
    styles = re.sub(r"/\*.*?\*/", "", (CS / "static/cs.css").read_text("utf-8"), flags=re.DOTALL)
    selectors = re.sub(r"\{[^{}]*\}", "{}", styles)
    classes = set(re.findall(r"\.([a-zA-Z][\w-]*)", re.sub(r"url\([^)]*\)", "", selectors)))
    scripts = (CS / "static/cs.js").read_text("utf-8")
    spoken = PYTHON + MARKUP + scripts
    built = re.findall(r"([\w-]+-)(?:\{\{|' ~|\{)", spoken)  # such as message-{{ category }}
    unused = [
        name
        for name in sorted(classes)
        if not name.startswith("htmx-")  # set by htmx itself
        and not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", spoken)
        and not any(name.startswith(start) for start in built)
    ]
    assert unused == [], "remove these selectors from cs.css"
