"""A text is read in the encoding in which it was saved, or refused; never with other characters."""

import io
from pathlib import Path

import pytest

from cs.files.encodings import possible_texts
from cs.files.types import is_text
from cs.imports import Column, TableRefused, read_table

SIMPLIFIED = [
    "客户名称",
    "备注",
    "王",
    "柏骊客车",
    "试验甲公司,划伤",
    "深圳市声悦电子有限公司",
    "合格",
    "音响\t喇叭",
]
TRADITIONAL = [
    "客戶名稱",
    "備註",
    "王五",
    "柏驪客車",
    "測試甲公司,劃傷",
    "深圳市聲悅電子有限公司",
    "音響\t喇叭",
]


@pytest.mark.parametrize("text", SIMPLIFIED)
def test_simplified_text_is_never_read_as_big5(text):
    assert possible_texts(text.encode("gb18030")) == [text]


@pytest.mark.parametrize("text", TRADITIONAL)
def test_traditional_text_is_never_read_as_gb18030(text):
    assert possible_texts(text.encode("cp950")) == [text]


@pytest.mark.parametrize("text", [*SIMPLIFIED, *TRADITIONAL])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_unicode_and_gb18030_hold_both(text, encoding):
    assert text in possible_texts(text.encode(encoding))


@pytest.mark.parametrize("data", ["Müller GmbH".encode("cp1252"), b"\xb0\xaf"])
def test_what_cannot_be_told_is_refused_as_a_table_and_taken_as_a_text(data):
    with pytest.raises(TableRefused) as refused:
        read_table(io.BytesIO(b"name,phone\n" + data + b",1\n"), "a.csv", COLUMNS)
    assert refused.value.code == "unclear_encoding"
    assert is_text(data)


@pytest.mark.parametrize("text", ["Müller GmbH", "Société", "±5°", "Ø 12 µm", "Привет", "Ωμέγα", "ñandú"])
def test_other_letters_of_utf_8_stay_what_they_are(text):
    assert possible_texts(text.encode()) == [text]


@pytest.mark.parametrize("text", ["系统", "准时", "联通", "小时"])
def test_simplified_words_that_happen_to_be_utf_8_are_read(text):
    assert possible_texts(text.encode("gb18030")) == [text]


def test_the_words_of_the_program_itself_are_told_apart():
    catalogue = Path(__file__).parents[2] / "cs/translations/zh/LC_MESSAGES/messages.po"
    lines = [line[8:-1] for line in catalogue.read_text("utf-8").splitlines() if line.startswith('msgstr "')]
    chinese = [line for line in lines if not line.isascii()]
    readings = {line: possible_texts(line.encode("gb18030")) for line in chinese}
    assert [line for line, texts in readings.items() if line not in texts] == []
    assert len([texts for texts in readings.values() if len(texts) == 1]) > 0.95 * len(chinese)


COLUMNS = (Column("name", ("name",)), Column("phone", ("phone",)))
