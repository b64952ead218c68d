"""Every printed form that shows photographs, with any number of them and of other files, with long and with
empty texts (5.6): it is set, and each file is on it by its name."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from cs.blueprints import SECTIONS
from cs.extensions import db
from cs.printing import sheet_parts, sheets
from cs.printing.definition import Pictures
from cs.printing.typeset import typeset
from cs.records.attachments import Attachment
from tests.capas import Capas
from tests.pdfs import words_of
from tests.support import kept, picture

LONG = "焊点虚焊导致右声道无声," * 12 + "UnbrokenWordOfOneHundredLetters" * 4
FORMS_WITH_PHOTOGRAPHS = sorted(
    form
    for form, paper in SECTIONS.papers.items()
    if any(isinstance(part, Pictures) for block in paper.blocks for part in block.parts)
)
PHOTOGRAPHS, DOCUMENTS, TEXTS = range(8), range(4), {"long": LONG, "empty": "/"}


@pytest.fixture
def record_of(app, people, on, complaint_in, return_in):
    """record_of(form): a record that has this printed form."""

    def car():
        with kept(app):
            return Capas(people, on)("verified")

    makers = {
        "complaint_report": lambda: complaint_in("received"),
        "return_slip": lambda: return_in("handling"),
        "car": car,
    }
    return lambda form: makers[form]()


@pytest.mark.parametrize("form", FORMS_WITH_PHOTOGRAPHS)
def test_a_form_is_set_with_any_number_of_photographs_and_files(app, form, record_of, monkeypatch, tmp_path):
    photograph = tmp_path / "photograph.jpg"
    photograph.write_bytes(picture())
    record, made, names = record_of(form), [], []
    for photographs, documents, text in itertools.product(PHOTOGRAPHS, DOCUMENTS, TEXTS):
        files = attached(f"{text}{photographs}{documents}", photographs, documents)
        names += [file.name for file in files]
        monkeypatch.setattr(sheet_parts, "value_in_print", lambda *_, text=text: TEXTS[text])
        monkeypatch.setattr(sheets, "printed_photograph", lambda _file: photograph)
        monkeypatch.setattr(Attachment, "of", lambda _record, files=files: files)
        monkeypatch.setattr(sheets, "typeset", lambda *job, **parts: made.append((job, parts)) or b"")
        with app.app_context():
            sheets.paper_pdf(SECTIONS.papers[form], db.session.get_one(type(record), record.id), "both")
    # all of them in one document: the typesetter starts once
    (layout, first), _parts = made[0]
    blocks = [block for (_layout, sheet), _parts in made for block in sheet["blocks"]]
    pictures = {name: path for _job, parts in made for name, path in parts["pictures"].items()}
    printed = words_of(typeset(layout, first | {"blocks": blocks}, pictures=pictures))
    assert len(made) == len(PHOTOGRAPHS) * len(DOCUMENTS) * len(TEXTS)
    assert [name for name in names if name not in printed] == []


def attached(case: str, photographs: int, documents: int) -> list[Any]:
    """Files of a record as the printed form reads them, named after the case."""
    by, at = SimpleNamespace(name="张三"), datetime(2026, 3, 2, tzinfo=UTC)
    return [
        SimpleNamespace(
            name=f"{case}-{number}.{'jpg' if number < photographs else 'txt'}",
            sha256=f"{case}{number}",
            is_image=number < photographs,
            void_reason=None,
            added_by=by,
            at=at,
        )
        for number in range(photographs + documents)
    ]
