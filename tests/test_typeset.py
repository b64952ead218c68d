"""Setting a sheet: what people wrote stays what they wrote, the fonts are our own and embedded, the same
sheet is the same bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
import pytest

from cs.printing import typeset as typesetter
from cs.printing.fonts import typeface
from cs.printing.letters import printable
from cs.printing.typeset import NotTypeset, typeset
from tests.pdfs import fonts_of, lines_of, pages_of, size_of, text_of, words_of

SANS = "NotoSansSC-Regular-Identity-H"
SYMBOLS, KOREAN = "DejaVuSans", "NotoSansKR-Regular-Identity-H"


def sheet(*texts: Any, lines: int = 1) -> dict[str, Any]:
    """A register of one column with these texts, `lines` times."""
    rows = [[[text]] for _ in range(lines) for text in texts]
    return {
        "language": "zh",
        "company": "本公司",
        "title": "明细表",
        "number": "MJ-QP-12-05 A/1",
        "mark": "",
        "date": None,
        "page": "第{page}页/共{pages}页",
        "date_word": "日期",
        "retention": "保存期限: 3 年",
        "unprintable_word": {"zh": "以下字符无法打印：", "en": "Not printed:"},
        "size": 8,
        "asked": [["期间", "2026-01-01 – 2026-03-31"]],
        "empty": 0,
        "columns": [{"titles": ["不良现象"], "width": 277, "align": "left"}],
        "rows": rows,
        "signed": [{"title": "制表", "people": [], "unsigned": "/"}],
    }


@pytest.mark.parametrize(
    "typed",
    [
        '#import "@preview/x:1.0.0"',
        "$ x^2 $ *bold* _it_ `raw`",
        "@ref <label> \\alpha ~ --- // no comment /* */",
        "= Heading\n- item",
        '#read("/etc/passwd")',
        "[#sys.inputs]",
        "{page} \"quoted\" 'x'",
    ],
)
def test_markup_that_somebody_typed_is_printed_as_it_was_typed(typed):
    assert "".join(typed.split()) in words_of(typeset("register", sheet(typed)))


@pytest.mark.parametrize(
    "typed",
    [
        "😀👨‍👩‍👧 ok",
        "𠮷𪚥 ok",
        "\x00\x01\x1f\x7f ok",
        "\u202e\u2066 ok",
        "\ud800 ok",
        "\uffff\ufffe ok",
        "ภาษา עברית عربى ok",
        "\r\n\x0b\x0c\u2028 ok",
        "￼ ok",
    ],
)
def test_a_letter_that_the_fonts_lack_does_not_keep_the_sheet_from_being_set(typed):
    assert "ok" in words_of(typeset("register", printable(sheet(typed), typeface())))


@pytest.mark.parametrize(
    ("typed", "fonts"),
    [
        ("℃ Ω ± ①–⑳ é", {SANS}),
        ("⌀ ✔ ✗ ☐ ☑ ☒", {SANS, SYMBOLS}),
        ("Ďáblická Łódź Việt", {SANS, SYMBOLS}),
        ("x\u0302", {SANS, SYMBOLS}),
        ("Ελλάδα العربية", {SANS, SYMBOLS}),
        ("한국 각", {SANS, KOREAN}),
    ],
)
def test_a_letter_that_the_first_font_lacks_is_drawn_from_another(typed, fonts):
    shown = printable(sheet(typed), typeface())
    assert "unprintable" not in shown
    assert fonts_of(typeset("register", shown)) == dict.fromkeys(fonts, True)


def test_a_letter_that_no_font_has_is_named_where_it_stands_and_at_the_end_of_the_sheet():
    printed = text_of(typeset("register", printable(sheet("装车👍🏽后"), typeface())))
    assert "装车[U+1F44D][U+1F3FD]后" in printed
    assert (
        "以下字符无法打印： Not printed: U+1F3FD EMOJI MODIFIER FITZPATRICK TYPE-4, U+1F44D THUMBS" in printed
    )


def test_the_typesetter_does_not_build_an_accented_letter_that_a_font_lacks():
    """The Chinese font has D and the accent, but no Ď: of both, the accent would stand on the next letter."""
    printed = typeset("register", sheet("Ď") | {"columns": [{"titles": [], "width": 277, "align": "left"}]})
    assert SYMBOLS in fonts_of(printed)


def test_a_word_of_english_breaks_where_it_may():
    narrow = {"columns": [{"titles": ["不良现象"], "width": 17, "align": "left"}]}
    made = printable(sheet("Replenish\u00adment") | narrow, typeface())
    assert {"Replenish", "ment"} <= set(lines_of(typeset("register", made)))


def test_the_same_sheet_is_the_same_bytes():
    assert typeset("register", sheet("装车后无声")) == typeset("register", sheet("装车后无声"))


def test_every_font_is_our_own_and_embedded():
    assert fonts_of(typeset("register", sheet("装车后 No sound 1.5%"))) == {SANS: True}


def test_the_fonts_of_the_machine_change_nothing(monkeypatch, tmp_path):
    with_them = typeset("register", sheet("装车后无声 ♥ ☐ 한국"))
    (tmp_path / "fonts.conf").write_text("<fontconfig></fontconfig>")
    monkeypatch.setenv("FONTCONFIG_FILE", str(tmp_path / "fonts.conf"))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert typeset("register", sheet("装车后无声 ♥ ☐ 한국")) == with_them


def test_another_font_is_used_where_it_has_the_letter():
    assert fonts_of(typeset("register", sheet("装车后无声"), font=pylopdf_fonts_zh_cn.serif_path())) == {
        "NotoSerifSC-Regular-Identity-H": True
    }


def test_a_file_that_is_no_font_is_named(tmp_path):
    (tmp_path / "mine.ttf").write_bytes(b"no font")
    with pytest.raises(NotTypeset, match="unknown font family"):
        typeset("register", sheet("x"), font=tmp_path / "mine.ttf")


def test_a_sheet_that_takes_too_long_is_given_up(monkeypatch):
    monkeypatch.setattr(typesetter, "SECONDS", 0.001)
    with pytest.raises(NotTypeset, match="not done"):
        typeset("register", sheet("x", lines=500))


def test_a_picture_that_is_none_is_said(tmp_path):
    with pytest.raises(NotTypeset, match="No such file"):
        typeset("register", sheet("x"), pictures={"a.jpg": Path(tmp_path, "gone.jpg")})


def test_each_page_bears_the_head_the_column_titles_and_its_number():
    data = typeset("register", sheet("装车后无声", lines=200))
    text, pages = text_of(data), pages_of(data)
    assert pages > 1
    for words in ("本公司", "不良现象", "保存期限: 3 年"):
        assert text.count(words) == pages
    assert [f"第{page}页/共{pages}页" in text for page in range(1, pages + 1)] == [True] * pages
    assert (text.count("期间: 2026-01-01 – 2026-03-31"), text.count("制表")) == (1, 1)
    assert size_of(data) == (842, 595)


def test_a_line_longer_than_a_page_goes_on_over_the_next():
    data = typeset("register", sheet("很长的描述" * 3000))
    assert pages_of(data) > 1
    assert words_of(data).count("很") == 3000


def test_words_in_both_languages_stand_one_above_the_other():
    text = text_of(
        typeset(
            "register",
            sheet({"zh": "已结案", "en": "Closed"}, [{"zh": "无声", "en": "No sound"}, "客户来电"]),
        )
    )
    assert [
        line.strip()
        for line in text.splitlines()
        if line.strip() in ("已结案", "Closed", "无声 No sound · 客户来电")
    ] == ["已结案", "Closed", "无声 No sound · 客户来电"]


def paper(filling: int) -> dict[str, Any]:
    """A paper with so many lines before the block of its photographs."""
    field = {"label": "批号", "span": 4, "value": "L2611", "options": [], "room": 0}
    photograph = {"name": "photograph-one.jpg", "by": "张三", "file": None}
    fields = {"kind": "fields", "rows": [[field] for _ in range(filling)]}
    pictures = {"kind": "pictures", "title": "照片", "pictures": [photograph], "others": []}
    blocks = [
        {"letter": "A", "title": "接收", "clause": "5.2.1.1", "parts": [fields]},
        {"letter": "", "title": "证据", "clause": "5.6", "parts": [pictures]},
    ]
    return sheet() | {"blank": False, "stamp": None, "blocks": blocks}


@pytest.mark.parametrize("filling", range(30, 64, 3))
def test_the_heading_of_photographs_stands_on_the_page_of_the_first(filling):
    pages = text_of(typeset("paper", paper(filling))).split("\f")
    of_heading = next(number for number, page in enumerate(pages) if "证据" in page)
    of_first = next(number for number, page in enumerate(pages) if "photograph-one.jpg" in page)
    assert of_heading == of_first


@pytest.mark.parametrize("filling", range(5))
def test_a_line_of_a_paper_stays_on_one_page(filling):
    made = paper(1)
    fields = made["blocks"][0]["parts"][0]["rows"]
    low = {"label": "批号", "span": 4, "value": "x", "options": [], "room": 0}
    fields[:] = [[low]] * filling + [[low | {"value": "上面的\n二\n三\n四\n五\nbelow"}] for _ in range(60)]
    pages = text_of(typeset("paper", made)).split("\f")
    assert [page.count("上面的") for page in pages] == [page.count("below") for page in pages]


LONG_TEXTS = ("很长的描述" * 2500, "述\n" * 150, "WWWW mmmmmmm " * 120, "述 " * 700)


@pytest.mark.parametrize("text", LONG_TEXTS)
def test_a_line_of_a_paper_longer_than_a_page_goes_on_over_the_next(text):
    made = paper(1)
    box = made["blocks"][0]["parts"][0]["rows"][0][0]
    made["blocks"][0]["parts"][0]["rows"] = [[box | {"span": 1, "value": text}] * 4]
    printed = typeset("paper", made)
    assert words_of(printed).count(text[0]) == 4 * text.count(text[0])


@pytest.mark.parametrize("text", LONG_TEXTS)
def test_a_line_of_a_register_longer_than_a_page_is_not_cut(text):
    columns = {"columns": [{"titles": ["不良现象"], "width": 277 / 13, "align": "left"}] * 13}
    made = sheet() | columns | {"rows": [[["二"]] * 12 + [[text]]]}
    assert words_of(typeset("register", made)).count(text[0]) == text.count(text[0])


def test_the_place_for_the_date_stands_in_one_line_in_the_narrowest_box_for_signing():
    date = {"date_word": {"zh": "日期", "en": "Date"}}
    signed = [{"title": "制表", "people": [], "unsigned": "/"}] * 8
    made = paper(1) | date | {"signed": signed, "blank": True}
    assert " ".join(["日期 Date:"] * 8) in lines_of(typeset("paper", made))
