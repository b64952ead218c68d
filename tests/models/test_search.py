"""The search index: two-character words by tokens, in the same transaction as the record."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, update

from cs.extensions import db
from cs.models.complaints.complaint import Complaint
from cs.models.customers import Customer, Product
from cs.records.record import index_unsearched
from cs.records.search import SearchWord, search_conditions, search_tokens, searchable_text

pytestmark = pytest.mark.both_databases


def found(cls, typed: str) -> list[int]:
    return list(
        db.session.execute(select(cls.id).where(*search_conditions(cls, typed)).order_by(cls.id)).scalars()
    )


@pytest.mark.parametrize(
    ("typed", "as_searched"),
    [
        ("ＣＡ－６９２０", "ca6920"),
        ("  两 个   词 ", "两 个 词"),
        ("STRASSE Straße", "strasse strasse"),
        ("華聲（廣州）", "华声广州"),
        ("138 0000-3443", "138 00003443 13800003443"),
        ("MJ A1600D", "mj a1600d mja1600d"),
        ("车载 扬声器 6寸", "车载 扬声器 6寸"),
        ("①", "1"),
        ("", ""),
        ("𠮷野", "𠮷野"),
    ],
)
def test_full_width_and_capitals_make_no_difference(typed, as_searched):
    assert searchable_text([typed]) == as_searched


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("右声道", {"右声", "声道"}),
        ("a", {"a"}),
        ("ab c", {"ab", "c"}),
        ("", set()),
        ("𠮷野家", {"𠮷野", "野家"}),
    ],
)
def test_words_fall_into_pairs_of_characters(text, expected):
    assert search_tokens(text) == expected


@pytest.mark.parametrize(
    "typed", ["华声", "华声汽配", "汽车配件", "王工", "13800138000", "广州 王工", "工", "１３８００"]
)
def test_a_customer_is_found_by_name_number_and_people(customer, typed):
    assert found(Customer, typed) == [1]
    assert found(Customer, f"{customer.number.lower()} {typed}") == [1]


@pytest.mark.parametrize("typed", ["声华", "华声 不在", "汽车音响", "100%", "_"])
def test_what_is_not_said_is_not_found(customer, typed):
    assert found(Customer, typed) == []


def test_a_longer_word_needs_more_than_its_pairs(customer, people, on):
    """声汽 and 汽配 both stand in 华声汽配, but 声汽声汽配 stands nowhere."""
    assert found(Customer, "声汽配") == [1]
    assert found(Customer, "声汽汽配") == []


@pytest.mark.parametrize(
    "typed",
    [
        "\ufdfa" * 60,
        "".join(chr(0x4E00 + n) for n in range(60)),
        " ".join(chr(0x4E00 + n) * 2 for n in range(20)),
        "a " * 30,
    ],
)
def test_whatever_is_typed_the_database_is_asked_few_things(customer, typed):
    asked = search_conditions(Customer, typed)
    assert (len(asked) <= 40, len([one for one in asked if "search_words" in str(one)]) <= 8) == (True, True)
    assert found(Customer, typed) == []


def test_words_beyond_the_first_tokens_still_count(customer):
    assert found(Customer, "广州 华声 汽车 配件 有限 公司 王工 1380 0138 汽配") == [1]
    assert found(Customer, "广州 华声 汽车 配件 有限 公司 王工 1380 0138 不在") == []


def test_nothing_typed_narrows_nothing():
    assert search_conditions(Customer, "  ") == []


def test_an_edit_is_found_by_its_new_words_only(product, people, on):
    product.edit(by=people["engineer"], on=on, model="TW-25")
    assert (found(Product, "TW-25"), found(Product, "6920")) == ([1], [])


def test_the_index_goes_with_the_transaction(product, people, on):
    product.edit(by=people["engineer"], on=on, model="TW-25")
    db.session.rollback()
    assert (found(Product, "TW-25"), found(Product, "6920")) == ([], [1])


def test_a_complaint_is_found_by_number_lot_customer_and_description(complaint_in):
    complaint = complaint_in("received")
    for typed in (complaint.number, "无声", "L2611", "华声", "CA-6920", "右声道 华声"):
        assert found(Complaint, typed) == [complaint.id]


def test_tokens_are_kept_once_and_those_of_old_words_go(product, people, on):
    kept = (
        select(func.count())
        .select_from(SearchWord)
        .where(SearchWord.kind == "product", SearchWord.record_id == 1)
    )
    product.edit(by=people["engineer"], on=on, model="AAAA", spec="AAAA", part_no=None)
    assert db.session.execute(kept).scalar() == 1


def test_each_kind_has_an_index_of_its_own(customer, complaint_in):
    complaint_in("received")
    assert found(Product, "无声") == []


@pytest.mark.parametrize(
    ("model", "typed"),
    [
        ("MJ-A1600D", "MJA1600D"),
        ("MJ-A1600D", "mj a1600d"),
        ("MJA1600D", "MJ-A1600D"),
        ("MJ A1600D", "mja1600d"),
        ("MJ-A1600D", "ＭＪ－Ａ１６００Ｄ"),
        ("MJ-A1600D", "MJA\u200b1600D"),
        ("揚聲器-6", "扬声器6"),
        ("扬声器-6", "揚聲器"),
    ],
)
def test_a_model_is_found_however_it_is_written(product, people, on, model, typed):
    product.edit(by=people["engineer"], on=on, model=model)
    assert found(Product, typed) == [1]


@pytest.mark.parametrize(
    ("phone", "typed"),
    [
        ("13800003443", "138-0000-3443"),
        ("138-0000-3443", "13800003443"),
        ("138 0000 3443", "13800003443"),
        ("+86 138 0000 3443", "138-0000-3443"),
    ],
)
def test_a_telephone_number_is_found_however_it_is_grouped(customer, people, on, phone, typed):
    customer.edit(by=people["sales_clerk"], on=on, contacts=[{"name": "王工", "phone": phone}])
    assert found(Customer, typed) == [1]


@pytest.mark.parametrize(
    "typed", ["hsqp", "HSQP", "gzhsqcpj", "wg", "華聲汽配", "廣州華聲", "(广州)华声", "华声-汽配"]
)
def test_a_customer_is_found_by_pinyin_initials_and_in_traditional_characters(customer, typed):
    assert found(Customer, typed) == [1]


def test_a_customer_is_found_by_its_number_without_hyphen(customer):
    assert "-" in customer.number
    assert found(Customer, customer.number.replace("-", "").lower()) == [1]


def test_a_complaint_is_found_by_the_initials_of_its_customer(complaint_in):
    complaint = complaint_in("received")
    assert (found(Complaint, "hsqp"), found(Complaint, "qphs")) == ([complaint.id], [])


def test_what_a_migration_left_without_search_text_is_indexed_at_the_next_start(complaint_in):
    complaint = complaint_in("received")
    db.session.execute(update(Complaint).values(search_text=""))
    db.session.expire_all()
    assert found(Complaint, "无声") == [complaint.id]  # by its pairs
    assert found(Complaint, "右声道") == []
    version = complaint.version
    index_unsearched()
    assert found(Complaint, "右声道") == [complaint.id]
    assert complaint.version == version
