"""Who types faster than htmx comes from the network loses nothing: what stands in the search when it comes is
asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect


def test_what_is_typed_or_chosen_before_htmx_is_there_narrows_the_list(person: Callable[..., Any]) -> None:
    clerk = person("sales_clerk", tablet=False, cdn="hang")
    page = clerk.page
    for typed in (
        lambda: page.get_by_role("searchbox").fill("没有这家"),
        lambda: page.locator("select[name=status]").select_option("inactive"),
    ):
        clerk.go("客户")
        expect(page.locator("html.htmx-on")).to_have_count(0)
        typed()
        clerk.see("没有符合条件的客户")


def test_a_list_that_nobody_touched_is_asked_once(person: Callable[..., Any]) -> None:
    clerk, asked = person("sales_clerk", tablet=False, cdn="hang"), []
    clerk.page.on(
        "request",
        lambda request: (
            asked.append(request.url)
            if request.url.endswith("/customers/") or "/customers/?" in request.url
            else None
        ),
    )
    clerk.go("客户")
    expect(clerk.page.locator("html.htmx-on")).to_have_count(1)
    clerk.page.wait_for_timeout(600)
    assert len(asked) == 1
