"""The letters of printed sheets: each is in a font, or named; they are as wide as the font files say."""

from __future__ import annotations

import string

import pylopdf_fonts_zh_cn
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ImageFont

from cs.printing import fonts
from cs.printing.fitting import Fitting
from cs.printing.fonts import font_at, typeface
from cs.printing.letters import letters_of, printable
from cs.printing.sheet_parts import fitted_paper, lines_of_boxes
from cs.printing.typeset import typeset
from tests.pdfs import places_beyond, widths_of, words_of
from tests.test_typeset import paper, sheet

SANS = pylopdf_fonts_zh_cn.sans_path()


def shown(*texts: str) -> dict[str, object]:
    return printable({"texts": list(texts)}, typeface())


@pytest.mark.parametrize(
    ("typed", "in_print"),
    [
        ("a\u202eb\u2066c\ufeff", "abc"),
        ("一\r\n二\r三\u2028四", "一\n二\n三\n四"),
        ("a\tb\x0bc", "a b c"),
        ("re\u00adplace\u200bd", "re\u00adplace\u200bd"),
        ("e\u0301", "é"),
        ("x\u0302", "x\u0302"),
        ("☑\ufe0f", "☑"),
        ("\ufa0e", "\ufa0e"),
        ("⌀ ✔ ✗ ℃ Ω ± ⑳ Đặng Łódź 한국", "⌀ ✔ ✗ ℃ Ω ± ⑳ Đặng Łódź 한국"),
    ],
)
def test_what_can_be_drawn_stays_and_nothing_is_named(typed, in_print):
    assert shown(typed) == {"texts": [in_print]}


@pytest.mark.parametrize(
    ("typed", "in_print", "named"),
    [
        ("好👍", "好[U+1F44D]", "U+1F44D THUMBS UP SIGN"),
        ("b\x01", "b[U+0001]", "U+0001"),
        ("\ue000", "[U+E000]", "U+E000"),
        ("\ud800", "[U+D800]", "U+D800"),
        ("中\u0302国", "中[U+0302]国", "U+0302 COMBINING CIRCUMFLEX ACCENT"),
        ("กำ", "[U+0E01][U+0E33]", "U+0E01 THAI CHARACTER KO KAI, U+0E33 THAI CHARACTER SARA AM"),
    ],
)
def test_what_cannot_be_drawn_is_named(typed, in_print, named):
    assert shown(typed) == {"texts": [in_print], "unprintable": named}


def test_a_sheet_of_letters_that_no_font_has_names_so_many_and_says_that_there_are_more():
    named = shown("".join(map(chr, range(0xE000, 0xE100))))["unprintable"]
    assert str(named).endswith("U+E03B …")


def test_each_letter_is_as_wide_as_the_file_says():
    letters = f"{string.printable.strip()}客户“”—…①℃Ωé"
    drawn = ImageFont.truetype(str(SANS), 1000, layout_engine=ImageFont.Layout.BASIC)
    widths = font_at(SANS).advances
    assert {letter: round(widths[letter] * 1000) for letter in letters} == {
        letter: round(drawn.getlength(letter)) for letter in letters
    }


@pytest.mark.parametrize(
    "word",
    [
        *("CA-6930PRO-MKII", "2026-03-10", "WWWMMM@%", "AVATAR.To", "fiffle", "客户来电，", "“引号”", "——"),
        *("Łódź", "⌀6.5✔", "한국어", "Việt", "[U+1F44D]", "1/2(3)", "①②→≥", "é́"),
    ],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_word_is_drawn_wider_than_it_was_taken_to_be(word, language):
    made = printable(sheet(word) | {"language": language, "size": 8}, typeface())
    drawn = widths_of(typeset("register", made))
    assert drawn[word] <= Fitting(typeface()).word_width(word) * 8 + 0.02


def test_both_lists_of_letters_in_a_font_say_the_same(monkeypatch):
    many = font_at(SANS).advances
    monkeypatch.setattr(fonts, "UNICODE_TABLES", ((3, 1),))
    few = fonts._advances(SANS.read_bytes())
    assert few == {letter: width for letter, width in many.items() if ord(letter) < 0xFFFF}


def test_a_font_of_the_sites_own_comes_first_and_one_that_is_none_has_no_letters(tmp_path):
    own = typeface(pylopdf_fonts_zh_cn.serif_path())
    assert own.advance("W") == font_at(pylopdf_fonts_zh_cn.serif_path()).advances["W"]
    (tmp_path / "mine.ttf").write_bytes(b"no font")
    assert not font_at(tmp_path / "mine.ttf").advances


# any letters, and often those that decide where a line ends
LETTERS = st.characters(codec=None) | st.sampled_from("Wil@2611-/.⌀→①Żب한客，（）。 \n\u0301")


@given(st.lists(st.text(LETTERS, min_size=1, max_size=120), min_size=4, max_size=12))
@settings(max_examples=25, deadline=None)
def test_every_letter_of_a_paper_is_drawn_or_named_and_stands_within_its_margins(texts):
    blank = paper(0)
    values = [{"zh": text, "en": text[::-1]} for text in texts]
    fields = [{"label": texts[0], "span": 1, "value": value, "options": [], "room": 0} for value in values]
    rows = {
        "kind": "rows",
        "title": texts[1],
        "widths": [1, 5, 30],
        "aligns": ["left", "right", "left"],
        "titles": texts[:3],
        "rows": [texts[1:4], values[:3]],
        "empty": 0,
    }
    parts = [{"kind": "fields", "rows": lines_of_boxes(fields)}, rows]
    blocks = [blank["blocks"][0] | {"title": texts[2], "parts": parts}]
    made = printable(blank | {"blocks": blocks}, typeface())
    assert letters_of(made) <= typeface().advances.keys()
    printed = typeset("paper", fitted_paper(made, Fitting(typeface())))
    assert words_of(printed)
    # half of a bracket of Chinese is blank: that half may stand over the edge
    assert places_beyond(printed, left=28.3 - 4, right=566.9 + 4) == []
