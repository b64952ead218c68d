"""The definitions of registers and papers (7.0): every word of theirs is in the procedure file, every signing
step in the workflow."""

from __future__ import annotations

import pytest

from cs.blueprints import SECTIONS
from cs.printing.definition import Box, Boxes, Column, Drawing, Paper, Pictures, Table
from cs.procedure import rulebook
from cs.records.record import KINDS

FORMS = SECTIONS.forms
PAPERS = SECTIONS.papers
REGISTERS = SECTIONS.registers

RULES = rulebook.load()
KIND_OF = {
    "complaint_report": "complaint",
    "car": "capa",
    "return_slip": "return",
    "rework_instruction": "return",
    "replenishment": "replenishment",
    "urgent_order": "replenishment",
}
SIGNED_ON = (
    "complaint_report",
    "car",
    "return_slip",
    "replenishment",
)  # the paper that a record itself is bears all its signatures
KINDS_OF_VALUES = {"text", "whole", "percent", "quantity", "rate", "money", "day", "moment", "yes_no"}


def written(form):
    """The columns and boxes of a register or paper."""
    if form.form in PAPERS:
        return [
            one
            for block in form.blocks
            for part in block.parts
            for one in getattr(part, "columns", getattr(part, "boxes", ()))
        ]
    return list(form.columns)


def words(form):
    parts = [part for block in form.blocks for part in block.parts] if isinstance(form, Paper) else []
    heads = [part.term for part in parts if isinstance(part, Table | Pictures | Drawing) and part.term]
    signed = [box.term for box in form.signed] if isinstance(form, Paper) else list(form.signed)
    return {one.term for one in written(form)} | set(heads) | set(signed)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_form_and_all_its_words_stand_in_the_procedure_file(form):
    assert form.form in RULES.forms
    assert words(form) - set(RULES.terms) == set()


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_values_are_of_known_kinds_and_choices_of_known_lists(form):
    assert {one.kind for one in written(form)} <= KINDS_OF_VALUES
    assert {one.options for one in written(form) if isinstance(one, Box) and one.options} <= set(
        RULES.choices
    )


@pytest.mark.parametrize("register", REGISTERS.values(), ids=REGISTERS)
def test_a_register_lies_across_the_page_and_its_first_column_stands_alone(register):
    assert RULES.forms[register.form].landscape
    assert not register.columns[0].under
    assert len({column.term for column in register.columns}) == len(register.columns)


@pytest.mark.parametrize("paper", PAPERS.values(), ids=PAPERS)
def test_a_paper_stands_upright_and_is_signed_by_steps_that_there_are(paper):
    steps = {step.name for step in KINDS[KIND_OF[paper.form]].workflow.steps}
    assert not RULES.forms[paper.form].landscape
    assert {step for box in paper.signed for step in box.steps} <= steps
    signed = {step.name for step in KINDS[KIND_OF[paper.form]].workflow.steps if step.signed}
    assert paper.form not in SIGNED_ON or signed <= {step for box in paper.signed for step in box.steps}


@pytest.mark.parametrize("paper", PAPERS.values(), ids=PAPERS)
def test_boxes_have_names_of_their_own_and_fill_lines_of_four(paper):
    boxes = [part for block in paper.blocks for part in block.parts if isinstance(part, Boxes)]
    assert len({part.name for part in boxes}) == len(boxes)
    assert all(1 <= box.span <= 4 for part in boxes for box in part.boxes)
    assert all(
        isinstance(column, Column) and column.width > 0
        for column in written(paper)
        if isinstance(column, Column)
    )
