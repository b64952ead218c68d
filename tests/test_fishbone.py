"""The fishbone 鱼骨图 as a picture: all causes on it, none over another, texts escaped, long ones wrapped."""

from __future__ import annotations

from itertools import pairwise
from xml.etree import ElementTree

import pytest

from cs.drawing.fishbone import MAX_CAUSE_LINES, WIDTH, draw_fishbone, width_of, wrapped_lines

SVG = "{http://www.w3.org/2000/svg}"
NAMES = ("人", "机", "料", "法", "环", "测")


def drawn(*causes: tuple[str, bool], problem: str = "右声道无声") -> ElementTree.Element:
    """The picture with all causes on the second rib."""
    return ElementTree.fromstring(
        draw_fishbone(problem, [(name, causes if name == "机" else ()) for name in NAMES], "根本原因")
    )


def texts(picture: ElementTree.Element) -> list[str]:
    return ["".join(text.itertext()) for text in picture.iter(f"{SVG}text")]


def test_every_rib_has_its_name_even_without_a_cause():
    assert set(NAMES) <= set(texts(drawn()))


def test_the_root_cause_is_marked_in_words_and_not_by_colour_alone():
    assert [text for text in texts(drawn(("温度偏低", True), ("新员工", False))) if "★" in text] == [
        "★ 温度偏低(根本原因)"
    ]


def test_texts_of_people_are_text_and_nothing_else():
    picture = drawn(('<a href="x">&\'', False), problem="<svg onload=alert(1)>")
    assert {element.tag for element in picture.iter()} <= {
        f"{SVG}{tag}" for tag in ("svg", "title", "rect", "line", "path", "text", "tspan")
    }
    assert '<a href="x">&\'' in texts(picture)


def test_nothing_is_styled_past_the_sites_policy():
    assert "style" not in draw_fishbone("无声", [("机", [("温度", True)])], "根本原因")


def test_the_picture_grows_with_its_causes_and_lines_stay_apart():
    few, many = drawn(("温度偏低", False)), drawn(*((f"原因{n}", False) for n in range(30)))
    lines = [
        float(span.get("y"))
        for text in many.iter(f"{SVG}text")
        for span in text
        if (span.text or "").startswith("原因")
    ]
    assert float(many.get("height")) > float(few.get("height"))
    assert min(after - before for before, after in pairwise(lines)) >= 20
    assert 0 < min(lines) < max(lines) < float(many.get("height"))


@pytest.mark.parametrize(
    "text",
    [
        "作业指导书未规定每两小时测温一次也没有写明超出范围后如何处理",
        "Temperature meter not calibrated since last March",
        "x" * 90,
    ],
)
def test_a_long_text_is_wrapped_to_the_room_and_says_that_it_goes_on(text):
    lines = wrapped_lines(text, 11)
    assert (len(lines) <= MAX_CAUSE_LINES, all(width_of(line) <= 12 for line in lines)) == (True, True)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "") or lines[-1].endswith("…")


def test_english_breaks_between_words():
    assert wrapped_lines("meter not calibrated", 6) == ["meter not", "calibrated"]


def test_the_words_stay_within_the_picture():
    picture = drawn(("作业指导书未规定每两小时测温一次也没有写明超出范围", True))
    assert min(float(span.get("x")) for span in picture.iter(f"{SVG}tspan")) >= 0
    assert picture.get("width") == str(WIDTH)
