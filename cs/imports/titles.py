"""Titles of columns: their form for comparing, and the parts by which a longer title is known."""

import re
import unicodedata
from collections.abc import Iterator

from cs.imports.cells import comparable

# What a number under a title counts or measures, where it is no single piece or our money.
_OTHER_UNITS = (
    "箱|盒|托|卡板|板|包|袋|卷|双|对|打|车|柜|批|单|次|千|万|百|kg|g|克|千克|公斤|吨|t|m|米|cm|mm|升|l"
    "|ctns?|cartons?|box(es)?|pallets?|bags?|rolls?|pairs?|dozens?|lots?|usd|us\\$|\\$|eur|€|hkd|jpy|gbp"
    "|美元|美金|欧元|港币|港元|日元|英镑|角|分|千元|万元|k"
)
_OTHER_UNIT = re.compile(rf"[(\[【/]\s*(单位[:：]?)?({_OTHER_UNITS})\s*([)\]】]|$)", re.IGNORECASE)
_RATIO = re.compile(r"[(\[【]\s*(?:单位[:：]?)?(%|‰|ppm)\s*[)\]】]$", re.IGNORECASE)


def has_other_unit(title: str) -> bool:
    """Return whether a title says that it counts something else: 数量(箱) is not the quantity."""
    return _OTHER_UNIT.search(unicodedata.normalize("NFKC", title)) is not None


def ratio_unit(title: str) -> str:
    """Return the unit of a rate that stands in the brackets of its title, or nothing."""
    match = _RATIO.search(unicodedata.normalize("NFKC", title).strip())
    return match[1].upper() if match else ""


def title_key(title: str) -> str:
    """Return a title for comparing: no width, case or spaces, and without its marks for “must be filled
    in”."""
    key = comparable(title)
    key = re.sub(r"[(\[【](必填|必须|必填项|选填|可选|required|optional)[)\]】]", "", key)
    return key.strip("*:;.、。•")


def title_parts(title: str) -> Iterator[str]:
    """Yield the parts of a title that may be known by themselves: without brackets, each of two languages,
    each side of a slash. A title with another unit is known only as a whole."""
    if has_other_unit(title):
        return
    text = unicodedata.normalize("NFKC", title)
    bare = re.sub(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】", " ", text)
    yield title_key(bare)
    for part in re.split(r"[/|\n]", text):
        yield title_key(part)
    yield title_key("".join(re.findall(r"[\u3400-\u9fff]+", bare)))
    yield title_key(" ".join(re.findall(r"[A-Za-z][A-Za-z./ -]*", bare)))
