"""The letters of printed sheets: each is in a font, or named; they are as wide as the font files say."""

from __future__ import annotations

import string

import pylopdf_fonts_zh_cn
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ImageFont

from cs.printing import fonts
from cs.printing.fonts import font_at, typeface
from cs.printing.letters import letters_of, printable
from cs.printing.typeset import typeset
from tests.pdfs import words_of
from tests.test_typeset import sheet

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


@given(st.lists(st.text(st.characters(codec=None), min_size=1, max_size=40), min_size=1, max_size=20))
@settings(max_examples=25, deadline=None)
def test_every_letter_of_any_text_is_drawn_or_named(texts):
    made = printable(sheet(*texts), typeface())
    assert letters_of(made) <= typeface().advances.keys()
    assert words_of(typeset("register", made))
