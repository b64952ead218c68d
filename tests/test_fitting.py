"""The columns of a printed sheet: no date and no word breaks while another column has room."""

from __future__ import annotations

import pytest

from cs.printing.fitting import (
    MARGINS,
    MAX_NEEDED_WIDTH,
    MIN_LAST_PIECE,
    POINT,
    Fitting,
    title_width,
)
from cs.printing.fonts import typeface
from cs.printing.sheet_parts import fitted_paper

FITTING = Fitting(typeface())
column_widths, needed_width = FITTING.column_widths, FITTING.needed_width
with_break_points, word_width = FITTING.with_break_points, FITTING.word_width


def test_columns_share_the_line_by_their_weights():
    assert column_widths([1, 3], [["一"], ["二"]], 200, 8) == pytest.approx([50, 150])


def test_a_column_is_as_wide_as_its_widest_word_and_the_others_give_way():
    date, text = column_widths([1, 30], [["2026-03-10"], ["客户来电" * 20]], 100, 8)
    assert date == pytest.approx(word_width("2026-03-10") * 8 * POINT + MARGINS)
    assert date + text == pytest.approx(100)


@pytest.mark.parametrize("word", ["PO-2026-0000", "2026-03-10", "CA-6930PRO-MKII", "1200.125"])
def test_the_word_for_which_a_column_was_made_wide_enough_does_not_break_in_it(word):
    width, _text = column_widths([1, 30], [[word], ["客户来电" * 20]], 100, 8)
    assert with_break_points(word, width, 8) == word


def test_where_all_need_more_than_there_is_all_give_way_alike():
    assert column_widths([1, 9], [["x" * 40], ["y" * 40]], 20, 8) == pytest.approx([10, 10])


def test_where_there_is_not_room_for_all_the_widest_give_way():
    date, *long = column_widths([1, 9, 9], [["2026-03-10"], ["x" * 40], ["y" * 40]], 60, 8)
    assert with_break_points("2026-03-10", date, 8) == "2026-03-10"
    assert long == pytest.approx([(60 - date) / 2] * 2)


def test_a_word_without_end_does_not_take_the_line_from_the_others():
    long, other = column_widths([1, 1], [["x" * 500], ["其它"]], 100, 8)
    assert long <= max(50, MAX_NEEDED_WIDTH * 8 * POINT + MARGINS)
    assert other > 30


def test_only_a_word_too_long_for_its_cell_may_break():
    assert with_break_points("CC-202603-0001 ok", 40, 8) == "CC-202603-0001 ok"
    assert with_break_points("x" * 60, 20, 8).count("\u200b") == 4
    assert with_break_points("客户来电" * 20, 20, 8) == "客户来电" * 20


def test_the_second_language_is_smaller_and_needs_less():
    assert needed_width({"zh": "部门", "en": "Department"}) == pytest.approx(0.82 * word_width("Department"))
    assert with_break_points({"zh": "部门", "en": "Department"}, 16, 8) == {"zh": "部门", "en": "Department"}
    assert with_break_points(["Department", "部门"], 12, 8)[0] != "Department"


@pytest.mark.parametrize(
    ("title", "letters"),
    [
        ("责任部门", 4),
        ("客户是否接受", 6),
        ("客户是否接受答复", 4),  # of eight, broken once
        ("CAR编号", 2),
        ("Closed on", 0),
        (["性质", "重复投诉"], 4),
        ([{"zh": "逾期天数", "en": "Days overdue"}], 4),
        ([], 0),
    ],
)
def test_a_short_title_in_chinese_stays_whole(title, letters):
    assert title_width(title) == letters


def test_a_title_widens_its_column_where_others_have_room():
    narrow = column_widths([1, 20], [["短"], ["长"]], 100, 8)
    wide = column_widths([1, 20], [["短"], ["长"]], 100, 8, [4, 2])
    assert wide[0] == pytest.approx(4 * 8 * 0.3528 + 1.8)
    assert wide[0] > narrow[0]
    assert sum(wide) == pytest.approx(100)


def test_a_word_of_english_breaks_with_a_hyphen_and_a_number_without():
    label = with_break_points("Replenishment no.", 19, 7.2)
    assert label.replace("\u00ad", "") == "Replenishment no."
    assert label.count("\u00ad") == 1
    assert "\u00ad" not in with_break_points("CA6920CA6920CA6920", 12, 8)


@pytest.mark.parametrize(
    ("word", "width"),
    [
        ("W", 0.883),
        ("l", 0.276),
        ("MMMM", 3.248),
        ("——", 1.788),
        ("⌀", 0.602),
        ("한", 0.92),
        ("[U+1F44D]", 4.857),
    ],
)
def test_a_word_is_as_wide_as_its_letters_are_in_their_fonts(word, width):
    assert word_width(word) == pytest.approx(width, abs=0.01)


@pytest.mark.parametrize("letter", ["→", "①", "Ж", "Ế", "ب", "Ω", "-", "م"])
def test_letters_that_no_line_end_parts_break_where_the_cell_ends(letter):
    assert "\u200b" in with_break_points(letter * 60, 20, 8)


def test_a_blank_at_which_no_line_ends_parts_no_words():
    assert needed_width("2611\u00a0A") == pytest.approx(word_width("2611\u00a0A"))


@pytest.mark.parametrize("letter", ["客", "한", "あ", "ア", "，"])
def test_letters_between_which_a_line_may_end_stay_as_they_are(letter):
    assert with_break_points(letter * 60, 20, 8) == letter * 60


def test_a_mark_that_holds_on_to_the_word_before_it_counts_with_it():
    assert needed_width("批号2611A，") == pytest.approx(word_width("2611A") + 1)
    assert needed_width("（2611A") == pytest.approx(word_width("2611A") + 1)


def test_a_short_title_of_a_paper_stays_whole_beside_long_texts():
    table = {
        "kind": "rows",
        "titles": ["退货单数量", "未发现故障", "退货原因"],
        "rows": [["2", "0", "右声道无声" * 40]],
        "widths": [1, 1, 60],
    }
    fitted_paper({"blocks": [{"parts": [table]}]}, FITTING)
    assert [width >= 5 * 7.2 * POINT + MARGINS for width in table["widths"][:2]] == [True, True]


@pytest.mark.parametrize(
    ("word", "width"), [("Replenishment", 16.4), ("Replenishment", 18), ("Confirmation", 16)]
)
def test_what_is_left_of_a_word_of_english_is_no_stump(word, width):
    first, last = with_break_points(word, width, 8).split("\u00ad")
    assert (first + last, len(last) >= MIN_LAST_PIECE) == (word, True)


def test_a_word_too_short_for_two_pieces_breaks_where_it_must():
    assert with_break_points("Wharf", 6, 8).replace("\u00ad", "") == "Wharf"
