"""Quantities stand with the unit that the factory writes: 只, 台, 套."""

from __future__ import annotations

import pytest

from cs.extensions import db
from cs.models.customers import Product
from cs.procedure import rulebook
from tests.importing import import_all
from tests.pdfs import has, lines_of, pdf
from tests.support import kept


@pytest.fixture
def in_sets(app):
    """The product of the tests, counted in 台."""
    with kept(app):
        db.session.get_one(Product, 1).unit = "unit"


def test_the_procedure_file_has_the_units_of_the_factory():
    units = rulebook.load().choices["unit"]
    assert [units[code].zh for code in ("pcs", "unit", "set")] == ["只", "台", "套"]


def test_a_new_product_is_counted_in_pieces(as_role):
    assert as_role("engineer").get("/products/new").form()["unit"] == "pcs"


WORDS = {"台": "unit", "部": "unit", "只": "pcs", "个": "pcs", "套": "set", "PCS": "pcs", "": "pcs"}


def test_the_column_of_units_is_imported_as_it_is_written(app, as_role):
    rows = [[f"CA-{number}", "七寸主机", word] for number, word in enumerate(WORDS)]
    import_all(as_role("engineer"), "products", [["型号", "规格", "单位"], *rows])
    units = {f"CA-{number}": code for number, code in enumerate(WORDS.values())}
    with app.app_context():
        stored = db.session.query(Product).filter(Product.id > 1)
        assert {product.model: product.unit for product in stored} == units


def test_a_return_shows_the_unit_beside_each_quantity(as_role, return_in, in_sets):
    record = return_in("closed")
    auditor = as_role("auditor").get(f"/returns/{record.id}")
    assert [cell.text for cell in auditor.soup.select("#block-A tbody .num")][:3] == [
        "10 台",
        "8 台",
        "-2 台",
    ]
    assert "合格 3 台" in auditor.text.replace("  ", " ")
    lines = lines_of(pdf(auditor, f"/returns/{record.id}.pdf"))
    assert "1 CA-6920 L2611 PO-1 右声道无声 台 10 8 -2 退货区1号位" in lines


def test_a_complaint_shows_the_unit_beside_its_quantities(as_role, complaint_in, in_sets):
    complaint = complaint_in("closed")
    auditor = as_role("auditor").get(f"/complaints/{complaint.id}")
    facts = {row.dt.text: row.dd.text for row in auditor.soup.select(".fact")}
    assert facts["不良数"] == f"{complaint.defect_qty} 台"
    assert has(auditor, f"/complaints/{complaint.id}.pdf", f"{complaint.checked_qty} 台") == []
