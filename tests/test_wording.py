"""What users read keeps to docs/glossary.md: no text holds a word of its lists of words not to use."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from tests.source import CS, ROOT

GLOSSARY = (ROOT / "docs/glossary.md").read_text("utf-8")
MJ_QP_12 = CS / "procedure/mj-qp-12"

# Rows that forbid a word as a name or in one sense only: (its cell of the column "Not", why).
ONE_SENSE = {
    "address": "where a customer is",
    "struck, struck out": "checked as two words below",
    "told": "a name in code",
    "said": "a name in code",
    "asked": "a name in code",
    "found, kept, place, facts, one": "names in code",
    "`MOST_…`, `FEWEST_…`": "names in code",
}
CHINESE_ALLOWED = {
    "返工": ("返工（重工）",),  # ties the disposition to the term of GB/T 19000
    "样品": ("样品",),  # what a customer provides (5.5.7): a rule of meaning, not of the word
    "抱怨": ("客户抱怨明细表",),  # the title of form 7.5
    "上报": ("上报",),  # what the sales manager does (5.3.4)
    "半角标点": (),
}


def banned_rows(heading: str, column: int) -> list[str]:
    section = GLOSSARY.split(f"## {heading}", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [line.split("|")[column].strip() for line in lines[1:]]


def english_banned() -> list[str]:
    rows = banned_rows("Words not to use in English", 1)
    cells = [re.sub(r" ?\([^)]*\)", "", row) for row in rows]
    cells = [cell for cell in cells if cell not in ONE_SENSE]
    return [*(part for cell in cells for part in re.split(r" / ", cell)), "struck", "waits for"]


def chinese_banned() -> list[str]:
    rows = banned_rows("Words decided in Chinese", 2)
    return [word.strip() for row in rows for word in re.split("[,/]", row) if word.strip() != "代签人"]


def names_of(node: object, place: str) -> list[tuple[str, str, str]]:
    """Each text of a procedure file as (place, language, text), without the quoted text of clauses."""
    if isinstance(node, list):
        return [text for item in node for text in names_of(item, place)]
    if not isinstance(node, dict):
        return []
    found = [(place, key, node[key]) for key in ("zh", "en") if isinstance(node.get(key), str)]
    return found + [text for key, item in node.items() for text in names_of(item, f"{place}.{key}")]


def texts() -> list[tuple[str, str, str]]:
    with (CS / "translations/zh/LC_MESSAGES/messages.po").open("rb") as file:
        messages = [message for message in read_po(file) if message.id]
    read: list[tuple[str, str, str]] = []
    for message in messages:
        for language, part in (("en", message.id), ("zh", message.string)):
            read += [("messages.po", language, text) for text in ([part] if isinstance(part, str) else part)]
    for path in sorted(Path(MJ_QP_12).glob("*.toml")):
        read += names_of(tomllib.loads(path.read_text("utf-8")), path.stem)
    return read


TEXTS = texts()


def test_the_lists_of_the_glossary_are_read():
    assert {"feast", "figures", "waits for sales", "the customer", "somebody was faster"} <= set(
        english_banned()
    )
    assert {"返工", "返工指导书", "点收入区", "召开检讨会", "领取", "放回"} <= set(chinese_banned())
    assert len(TEXTS) > 2000


@pytest.mark.parametrize("word", sorted({*english_banned()} - {"the customer"}))
def test_no_english_text_holds_a_word_not_to_use(word):
    pattern = re.compile(rf"\b{re.escape(word)}s?\b", re.IGNORECASE)
    assert [
        (place, text) for place, language, text in TEXTS if language == "en" and pattern.search(text)
    ] == []


@pytest.mark.parametrize("word", sorted(set(chinese_banned())))
def test_no_chinese_text_holds_a_word_not_to_use(word):
    held = []
    for place, language, text in TEXTS:
        rest = text if language == "zh" else ""
        for allowed in CHINESE_ALLOWED.get(word, ()):
            rest = rest.replace(allowed, "")
        if word in rest:
            held.append((place, text))
    assert held == []
