"""How texts are cleaned and compared, how days and numbers are read, wherever they are typed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cs.records.texts import cleaned, comparable, lookalike_key
from cs.records.typed_values import read_day, read_number

MARKS = "\u200b\ufeff\xad\u200e\u2060\xa0\u3000 \t\r\n\x85Ａ１ａａ－（）İß"
TYPED = st.text(st.characters() | st.sampled_from(MARKS))


@given(TYPED, st.booleans())
def test_cleaning_twice_changes_nothing_more(text, multiline):
    once = cleaned(text, multiline=multiline)
    assert cleaned(once, multiline=multiline) == once


@given(TYPED)
def test_what_is_cleaned_compares_as_before(text):
    assert comparable(cleaned(text)) == comparable(text)


@given(TYPED)
def test_comparing_twice_changes_nothing_more(text):
    assert comparable(comparable(text)) == comparable(text)


@pytest.mark.parametrize(
    ("typed", "as_kept"),
    [
        ("L261119A2\u200b", "L261119A2"),
        ("\ufeff华声汽配", "华声汽配"),
        ("Ｌ２６１１１９Ａ２", "L261119A2"),
        ("华声\xa0汽配\u3000厂", "华声 汽配 厂"),
        ("soft\xadhyphen", "softhyphen"),
        ("无声，有（杂音）！", "无声，有（杂音）！"),
        ("一行\r\n两行", "一行 两行"),
        (" \u200b ", ""),
    ],
)
def test_what_is_typed_is_kept_clean(typed, as_kept):
    assert cleaned(typed) == as_kept


def test_a_text_of_several_lines_keeps_them():
    assert cleaned(" 一行\r\n两行\v三行\u2028 ", multiline=True) == "一行\n两行\n三行"


@pytest.mark.parametrize(
    "typed", ["l261119a2", "Ｌ２６１１１９Ａ２", "L261119A2\u200b", "L26 1119\xa0A2", "L261119Ａ2"]
)
def test_a_lot_is_the_same_however_it_is_typed(typed):
    assert comparable(typed) == comparable("L261119A2")
    assert comparable("L261119A3") != comparable("L261119A2")


@pytest.mark.parametrize(
    "name",
    [
        "廣州華聲汽車配件有限公司",
        "广州华声汽车配件（有限公司）",
        "（广州）华声汽车配件 有限公司",
        "广州华声汽车配件有限责任公司",
        "广州华声汽车配件有限公司。",
    ],
)
def test_names_that_people_take_for_the_same_company_look_alike(name):
    assert lookalike_key(name) == lookalike_key("广州华声汽车配件有限公司")


@pytest.mark.parametrize("name", ["ABC Co., Ltd.", "ABC CO.,LTD", "Abc Company Limited", "abc co limited"])
def test_legal_forms_in_english_look_alike(name):
    assert lookalike_key(name) == lookalike_key("ABC Co Ltd")


@pytest.mark.parametrize(
    "name", ["广州华声汽车配件厂", "广州华盛汽车配件有限公司", "广州华声汽车配件二有限公司"]
)
def test_other_companies_do_not_look_alike(name):
    assert lookalike_key(name) != lookalike_key("广州华声汽车配件有限公司")


@pytest.mark.parametrize(
    "typed",
    [
        "2026-03-05",
        "2026/3/5",
        "2026.3.5",
        "2026年3月5日",
        "2026 年 3 月 5 日",
        "20260305",
        "２０２６／３／５",
    ],
)
def test_a_day_is_read_as_people_write_it(typed):
    assert read_day(typed) == date(2026, 3, 5)


@pytest.mark.parametrize(
    "typed", ["", "3/5", "2026/13/5", "2026-02-30", "26.3.5", "46086", "0000-01-01", "2026/3/5x"]
)
def test_what_is_no_day_of_one_year_is_none(typed):
    assert read_day(typed) is None


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("1234", "1234"),
        ("1,234", "1234"),
        ("1，234．5", "1234.5"),
        ("１２", "12"),
        ("12 345", "12345"),
        (".5", "0.5"),
        ("−2", "-2"),
    ],
)
def test_a_number_is_read_as_people_write_it(typed, number):
    assert read_number(typed) == Decimal(number)


@pytest.mark.parametrize("typed", ["", "1,5", "12,34", "1,2345", "1e5", "abc", "-", ".", "nan", "1.2.3", "²"])
def test_what_may_be_another_number_is_none(typed):
    assert read_number(typed) is None
