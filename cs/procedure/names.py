"""Names in both languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Name:
    """A name in both languages."""

    zh: str
    en: str

    def in_(self, language: str) -> str:
        """Return the name in 'zh' or 'en'. ValueError for any other language."""
        if language not in ("zh", "en"):
            raise ValueError(f"no language {language!r}: 'zh' or 'en'")
        return self.zh if language == "zh" else self.en
