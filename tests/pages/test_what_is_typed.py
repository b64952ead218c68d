"""What is typed into forms is cleaned and compared as what is imported is, and never dropped in silence."""

from __future__ import annotations

from datetime import date

import pytest

from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.models.customers import Customer, Product, Shipment
from cs.models.returns.customer_return import Return
from tests.pages.test_customers import NEW as NEW_CUSTOMER
from tests.pages.test_shipments import NEW as NEW_SHIPMENT
from tests.pages.test_slip_warnings import LINE
from tests.support import CUSTOMER, loaded

LOOKALIKE = "廣州華聲汽車配件（有限公司）"


@pytest.fixture
def clerk(as_role):
    return as_role("sales_clerk")


@pytest.fixture
def keeper(as_role):
    return as_role("warehouse_keeper")


def test_a_lot_is_kept_clean(app, keeper):
    keeper.step(
        "/shipments/new", **NEW_SHIPMENT | {"lot_no": "\ufeffＬ２６１１１９Ａ２\u200b", "order_no": "PO\xa02"}
    )
    assert keeper.status == 303, keeper.faults
    shipment = loaded(app, Shipment, 2)
    assert (shipment.lot_no, shipment.order_no) == ("L261119A2", "PO 2")


def test_several_lines_stay_several_lines(app, clerk):
    clerk.step("/customers/new", **NEW_CUSTOMER | {"remarks": "一\u200b行\r\n两行", "scale": "１００人"})
    customer = loaded(app, Customer, 2)
    assert (customer.remarks, customer.scale) == ("一行\n两行", "100人")


@pytest.mark.parametrize("lot", ["l2611", "Ｌ２６１１", "L2611\u200b", "L26 11"])
def test_a_known_lot_is_known_however_it_is_typed(clerk, lot):
    clerk.step("/returns/new", **LINE | {"lines-0-lot_no": lot})
    assert clerk.status == 303, clerk.faults


def test_shipments_of_a_lot_are_offered_however_it_is_typed(clerk):
    assert "PO-1" in clerk.get("/complaints/lot?customer_id=1&lot_no=l2611%E2%80%8B").text


# Customers that are taken for one another


def test_a_name_with_an_invisible_mark_is_on_record_already(clerk):
    clerk.step("/customers/new", **NEW_CUSTOMER | {"full_name": f"{CUSTOMER['full_name']}\u200b"})
    assert (clerk.status, set(clerk.faults)) == (422, {"full_name"})
    assert clerk.faults["full_name"].startswith("该客户已在一览表中")
    assert "lookalike_confirmed" not in clerk.form()


def test_a_look_alike_customer_is_saved_only_when_confirmed(app, clerk):
    clerk.step("/customers/new", **NEW_CUSTOMER | {"full_name": LOOKALIKE})
    assert (clerk.status, set(clerk.faults)) == (422, {"full_name"})
    assert clerk.soup.select_one('.field-error a[href="/customers/1"]') is not None
    clerk.send("/customers/new", lookalike_confirmed="y")
    assert (clerk.status, loaded(app, Customer, 2).full_name) == (303, LOOKALIKE)


def test_a_new_customer_has_no_box_to_confirm_and_a_confirmed_name_is_not_asked_about_again(clerk):
    assert "lookalike_confirmed" not in clerk.get("/customers/new").form()
    clerk.step("/customers/new", **NEW_CUSTOMER | {"full_name": LOOKALIKE, "lookalike_confirmed": "y"})
    clerk.step("/customers/2/edit", scale="50人", amendment_reason="人数")
    assert clerk.status == 303, clerk.faults


def test_a_customer_renamed_to_a_look_alike_is_warned_of(clerk):
    clerk.step("/customers/new", **NEW_CUSTOMER)
    clerk.step("/customers/2/edit", full_name=LOOKALIKE, amendment_reason="更名")
    assert (clerk.status, set(clerk.faults)) == (422, {"full_name"})


# Days and numbers


@pytest.mark.parametrize(
    "typed", ["2026/2/10", "2026.2.10", "2026年2月10日", "20260210", "２０２６／２／１０"]
)
def test_a_day_may_be_typed_as_people_write_it(app, keeper, typed):
    keeper.step("/shipments/new", **NEW_SHIPMENT | {"shipped_on": typed})
    assert keeper.status == 303, keeper.faults
    assert loaded(app, Shipment, 2).shipped_on == date(2026, 2, 10)


@pytest.mark.parametrize("typed", ["2/10", "2026-02-30", "昨天"])
def test_what_is_no_day_is_refused_and_stays(keeper, typed):
    keeper.step("/shipments/new", **NEW_SHIPMENT | {"shipped_on": typed})
    assert set(keeper.faults) == {"shipped_on"}
    box = keeper.soup.select_one("#shipped_on")
    assert (box["value"], box["type"]) == (typed, "text")


def test_a_day_that_is_read_comes_back_as_the_browser_shows_it(keeper):
    keeper.step("/shipments/new", **NEW_SHIPMENT | {"shipped_on": "2026/2/10", "quantity": "0"})
    box = keeper.soup.select_one("#shipped_on")
    assert (box["value"], box["type"]) == ("2026-02-10", "date")


@pytest.mark.parametrize("typed", ["2026/3/1 9:30", "2026年3月1日 09：30", "20260301 9:30"])
def test_a_moment_may_be_typed_as_people_write_it(app, keeper, typed):
    keeper.step("/returns/new", **LINE | {"arrived_at": typed})
    assert keeper.status == 303, keeper.faults
    assert loaded(app, Return, 1).arrived_at.isoformat() == "2026-03-01T01:30:00+00:00"


@pytest.mark.parametrize(("typed", "kept"), [("1,234", 1234), ("１２", 12), ("1，234", 1234), ("12.0", 12)])
def test_a_whole_number_may_have_thousands(app, keeper, typed, kept):
    keeper.step("/shipments/new", **NEW_SHIPMENT | {"quantity": typed})
    assert keeper.status == 303, keeper.faults
    assert loaded(app, Shipment, 2).quantity == kept


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("quantity", "1,5"),
        ("quantity", "1.5"),
        ("quantity", "12abc"),
        ("quantity", "1e3"),
        ("unit_price", "1,5"),
        ("unit_price", "12,34"),
        ("unit_price", "1e3"),
    ],
)
def test_a_number_that_may_be_another_is_refused_and_stays(keeper, name, typed):
    keeper.step("/shipments/new", **NEW_SHIPMENT | {name: typed})
    assert set(keeper.faults) == {name}
    assert len(keeper.soup.select(f"#{name}-error .field-errors span")) == 1
    assert keeper.form()[name] == typed


def test_a_list_takes_days_as_people_write_them(keeper):
    rows = keeper.get("/shipments/?from=2026/1/1&to=2026年12月31日").soup.select("#rows .row-link")
    assert rows == keeper.get("/shipments/?from=2026-01-01&to=2026-12-31").soup.select("#rows .row-link")
    assert "这不是日期" not in keeper.text


# Rows


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ({"lines-1-lot_no": "L2611"}, {"product_id", "return_reason", "slip_qty"}),
        ({"lines-1-order_no": "PO-1"}, {"product_id", "return_reason", "slip_qty"}),
        ({"lines-1-slip_qty": "abc"}, {"product_id", "return_reason", "slip_qty"}),
    ],
)
def test_a_second_line_is_never_dropped(clerk, typed, at):
    clerk.step("/returns/new", **LINE | typed)
    assert (clerk.status, set(clerk.faults)) == (422, {f"lines-1-{name}" for name in at})
    name, text = next(iter(typed.items()))
    assert clerk.form()[name] == text


@pytest.mark.parametrize(
    ("url", "role", "row", "at"),
    [
        ("/customers/new", "sales_clerk", {"contacts-1-contact_role": "buyer"}, "contacts-1-name"),
        ("/customers/new", "sales_clerk", {"contacts-1-survey_recipient": "y"}, "contacts-1-name"),
        ("/products/new", "engineer", {"customer_parts-0-customer_id": "77"}, "customer_parts-0-customer_id"),
        ("/products/new", "engineer", {"customer_parts-0-part_no": "P-1"}, "customer_parts-0-customer_id"),
        ("/replenishments/new", "sales_clerk", {"lines-1-quantity": "abc"}, "lines-1-quantity"),
        ("/replenishments/new", "sales_clerk", {"lines-1-unit_price": "1,5"}, "lines-1-unit_price"),
    ],
)
def test_a_row_of_which_anything_was_typed_has_its_message(as_role, url, role, row, at):
    person = as_role(role)
    person.step(url, **row)
    assert person.status == 422
    assert at in person.faults


def test_an_emptied_row_is_removed(app, clerk):
    clerk.step(
        "/customers/1/edit",
        **{"contacts-0-name": "李工", "contacts-1-name": " \u200b"},
        amendment_reason="换人",
    )
    assert clerk.status == 303, clerk.faults
    assert [contact.name for contact in loaded(app, Customer, 1).contacts] == ["李工"]


# Search


@pytest.mark.parametrize("typed", ["華聲", "hsqp", "hsqp%20gzhs", "廣州"])
def test_the_list_finds_a_customer_however_it_is_typed(clerk, typed):
    assert "华声汽配" in clerk.get(f"/customers/?q={typed}").soup.select_one("#rows").text


@pytest.mark.parametrize("typed", ["CA6920", "ca 6920", "ＣＡ６９２０"])
def test_the_list_finds_a_model_however_it_is_typed(app, clerk, typed):
    with app.app_context():
        assert db.session.get_one(Product, 1).model == "CA-6920"
    assert "CA-6920" in clerk.get(f"/products/?q={typed}").soup.select_one("#rows").text


def test_a_number_is_found_in_small_letters_and_with_marks(clerk, complaint_in, app):
    number = complaint_in("received").number
    for typed in (f"{number.lower()}%E2%80%8B", number.replace("-", ""), number.replace("-", "").lower()):
        clerk.get(f"/returns/scan?code={typed}")
        assert clerk.location == f"/complaints/{loaded(app, Complaint, 1).id}"


def test_a_customer_is_found_by_its_number_without_hyphen_and_no_other_by_a_part(app, clerk):
    number = loaded(app, Customer, 1).number
    assert clerk.get(f"/returns/scan?code={number.replace('-', '').lower()}").location == "/customers/1"
    assert clerk.get(f"/returns/scan?code={number.replace('-', '')[:-1]}").location == ""
