"""The clause list against the procedure, by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cs.procedure.clauses import CLAUSES, SCREENS, Clause, clauses
from cs.procedure.rulebook import ClauseText, Name, load

BY_ID = {clause.id: clause for clause in CLAUSES}

# In the order of the source, which prints the paragraphs of 5.1.4 as 5.1.3.3 to 5.1.3.6 (Q7).
IDS = """
1.0 2.0
3.0 3.1 3.1.1 3.1.2 3.1.3 3.1.4 3.1.5 3.1.6 3.2 3.3 3.4 3.5 3.6 3.7
4.0 4.1
5.0
5.1 5.1.1 5.1.1.1 5.1.1.2 5.1.2 5.1.3 5.1.3.1 5.1.3.2 5.1.4 5.1.3.3 5.1.3.4 5.1.3.5 5.1.3.6
5.2 5.2.1 5.2.1.1 5.2.1.2 5.2.1.3 5.2.2 5.2.2.1 5.2.2.2 5.2.2.3 5.2.2.4 5.2.2.5 5.2.2.6
5.3 5.3.1 5.3.2 5.3.3 5.3.4 5.3.5
5.4 5.4.1 5.4.2 5.4.2.1 5.4.2.1a 5.4.2.1b 5.4.2.1c 5.4.2.1d 5.4.2.1e 5.4.2.2
5.4.3 5.4.3.1 5.4.3.2 5.4.3.3 5.4.4 5.4.5 5.4.6 5.4.6.1 5.4.6.2 5.4.6.3 5.4.6.4
5.5 5.5.1 5.5.2 5.5.3 5.5.4 5.5.5 5.5.6 5.5.7 5.5.8
5.6
6.0 6.1 6.2 6.3
7.0 7.1 7.2 7.3 7.4 7.5 7.6 7.7 7.8
8.0
"""


HEADINGS = {
    *("3.0", "4.0", "5.0", "5.1.1", "5.1.3", "5.1.4", "5.2", "5.2.1", "5.2.2"),
    *("5.3", "5.4", "5.4.3", "5.4.6", "5.5", "6.0", "7.0", "8.0"),
}

BUILT = {
    *("3.4", "3.5", "3.6", "5.3.1", "5.3.2", "5.3.3", "5.3.4", "5.3.5"),
    *("1.0", "2.0", "3.0", "3.1", "3.1.4", "3.2", "3.7", "4.1", "5.1.3.2"),
    *(
        "5.2.1.1",
        "5.2.1.2",
        "5.2.1.3",
        "5.2.2.1",
        "5.2.2.2",
        "5.2.2.3",
        "5.2.2.4",
        "5.2.2.5",
        "5.2.2.6",
        "5.4.1",
        "5.6",
        "7.1",
        "7.5",
        "7.6",
    ),
}


def test_every_clause_of_the_procedure_is_listed_in_its_order():
    assert [clause.id for clause in CLAUSES] == IDS.split()


@pytest.mark.parametrize(
    ("clause_id", "text"),
    [
        ("3.1.2", "客户访厂和审查。"),
        (
            "5.2.1.1",
            "业务部接到客户口头或书面投诉时,通知跟单员记录于客户投诉处理报告和客户抱怨明细表交给品管部。",
        ),
        (
            "5.2.1.3",
            (
                "品质部收到客户投诉后,即时进行初步分析和确认,必要时可直接与客户沟通了解情况,"
                "如有需要可先向客户索取缺陷样板来分析。"
            ),
        ),
        (
            "5.2.2.6",
            (
                "客户有要求回复时间时,客户投诉处理报告需按客户要求时间内回复;"
                "客户无要求回复时间时,所有客户投诉处理报告需在两天内回复。"
            ),
        ),
        ("5.6", "本程序相关的记录按记录控制程序执行。"),
        ("6.1", "记录控制程序 MJ-QP-02"),
        ("6.2", "不合格品控制程序 MJ-QP-18"),
        ("7.5", "客户抱怨明细表 MJ-QP-12-05"),
    ],
)
def test_a_clause_reads_as_in_the_source(clause_id, text):
    assert BY_ID[clause_id].text_zh == text


@pytest.mark.parametrize(
    ("clause_id", "words"),
    [
        ("3.1.2", "客户访厂"),  # 客 | 户 stands on two pages
        ("5.1.1.1", "提供客户信息"),
        ("5.1.3.5", "发现客户供应品"),
        ("5.2.1.3", "缺陷样板"),
        ("5.2.2.4", "责任部门"),
        ("5.4.1", "满意度调查"),
        ("5.4.2.1b", "A、B、C、D"),
        ("5.4.3.2", "按客户满意的程度"),  # the grading table stands between in the source
        ("5.4.6.4", "不满意事项或要求改进的项目"),  # the scoring table stands between
        ("5.4.6.4", "纠正预防措施报告"),
        ("5.5.5", "生技组模具仓保管"),
        ("5.5.8", "品质异常"),
    ],
)
def test_words_that_a_page_break_cut_are_whole_again(clause_id, words):
    assert words in BY_ID[clause_id].text_zh


def test_no_page_number_is_left_in_a_text():
    assert not [clause.id for clause in CLAUSES for n in range(1, 18) if f"{n}、" in clause.text_zh]


def test_the_tables_stand_with_their_clauses():
    assert "1. 销售额 6 个月达 30 万以上;" in BY_ID["5.4.2.1e"].text_zh.splitlines()
    assert "无所谓: 6 6 3 18 6 6 6 3 3 3" in BY_ID["5.4.3.3"].text_zh.splitlines()
    assert "评定等级: A, B, C, D, E" in BY_ID["5.4.5"].text_zh.splitlines()


def test_headings_ask_for_nothing_themselves():
    headings = {clause.id for clause in CLAUSES if clause.is_heading}
    assert headings == HEADINGS


def test_only_what_is_built_claims_to_be_done():
    done = {clause.id for clause in CLAUSES if clause.does}
    assert done == BUILT


def test_what_is_done_is_said_in_both_languages_and_has_a_screen():
    assert set(SCREENS) <= set(IDS.split())
    done = [clause for clause in CLAUSES if clause.does or clause.screens]
    assert [row for row in done if not (row.does and row.does.zh and row.does.en and row.screens)] == []


def test_the_repeated_clause_is_one_step():
    """5.2.1.3 and 5.2.2.1 are the same words (Q8)."""
    assert BY_ID["5.2.1.3"].text_zh == BY_ID["5.2.2.1"].text_zh
    assert BY_ID["5.2.1.3"].does == BY_ID["5.2.2.1"].does


def test_a_revised_procedure_shows_its_own_words():
    title = Name("回复时限", "Time to reply")
    book = replace(
        load(), clauses=(ClauseText("5.2.2.6", title, "三天内回复。"), ClauseText("9.0", Name("新", "New")))
    )
    revised, added = clauses(book)
    assert (revised.text_zh, revised.does) == ("三天内回复。", BY_ID["5.2.2.6"].does)
    assert added == Clause("9.0", Name("新", "New"), "", None, ())


def test_a_factory_may_say_itself_what_is_done():
    own = ClauseText(
        "5.2.2.6", Name("回复时限", "Time to reply"), "三天内回复。", Name("自动提醒。", "Reminds.")
    )
    (clause,) = clauses(replace(load(), clauses=(own,)))
    assert (clause.does, clause.screens) == (Name("自动提醒。", "Reminds."), SCREENS["5.2.2.6"])
