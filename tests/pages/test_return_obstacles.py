"""A return whose next main step is not open says on its page what is in the way."""

from __future__ import annotations

import pytest


def obstacles(browser) -> list[str]:
    return [item.text.strip() for item in browser.soup.select(".ends li")]


@pytest.mark.parametrize(
    ("state", "options", "reasons"),
    [
        ("registered", {}, []),
        ("arranging", {}, []),
        ("expected", {"counted": 1}, ["2 · CA-6920 · L2612：退货单 5 只，尚未清点。"]),
        (
            "handling",
            {},
            [
                "1 · CA-6920 · L2611 · 退货区1号位：与退货单的差异未处理。",
                "1 · CA-6920 · L2611 · 退货区1号位：8 只 未检验。",
                "2 · CA-6920 · L2612 · 退货区1号位：5 只 未检验。",
            ],
        ),
        ("handling", {"until": "inspect"}, ["1 · CA-6920 · L2611 · 退货区1号位：重工流程未制定。"]),
        ("handling", {"until": "instruct"}, ["1 · CA-6920 · L2611 · 退货区1号位：重工未排程。"]),
        ("handling", {"until": "rework"}, ["1 · CA-6920 · L2611 · 退货区1号位：3 只 待重工或复检。"]),
        ("handling", {"until": "reinspect"}, []),
        ("confirmed", {}, []),
        ("confirmed", {"wants_goods": True}, ["客户要求及时补货：请提出补货申请，或说明不补货的原因。"]),
        ("closed", {}, []),
    ],
)
def test_a_return_says_what_is_in_the_way(as_role, return_in, state, options, reasons):
    record = return_in(state, **options)
    assert obstacles(as_role("auditor").get(f"/returns/{record.id}")) == reasons


def test_the_step_that_waits_is_named(as_role, return_in):
    auditor = as_role("auditor", language="en").get(f"/returns/{return_in('handling').id}")
    assert "Before “Give back or scrap”:" in auditor.text
    assert "are not inspected" in auditor.text
