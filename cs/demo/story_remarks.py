"""The remarks around a demo case: why a reply was late, what the customer answered, how it was closed."""

from __future__ import annotations

from cs.demo.stories import Story
from cs.demo.story_words import NO_DEMAND


def late_reason(story: Story) -> str:
    options = [
        "当天客诉集中，分析人员不足，已调整排班。",
        "客户联系人休假，次日才确认处理方式。",
        "品质主管出差，未及时安排代理人。",
        "处理方式与业务意见不一，会商后才定。",
    ]
    if story.problem.get("liability") == "supplier":
        options = [
            "责任供应商的分析报告晚一天收到，已先电话告知客户。",
            "供应商工程师第二天才到厂一起拆解，已先告知客户。",
        ]
    elif story.category in ("FUN", "REL", "SW", "SOL"):
        options += [
            "需要上机老化复现，时间不够，事先已征得客户同意延后。",
            "不良时有时无，复现用了一天半，期间通报两次。",
            "不良样品晚到一天，解剖分析推迟；已先电话告知客户进展。",
        ]
    elif story.technical:
        options += ["不良样品晚到一天，分析推迟；已先电话告知客户进展。", "检具送校，次日才能复测。"]
    return story.rng.choice(options)


def refusal_note(story: Story, number: int) -> str:
    """Return why the customer does not accept our reply of this number."""
    if not story.ours:
        return story.rng.choice(
            (
                "客户认为出厂前就有问题，要求提供出货检验原始记录。",
                "客户不认可由他们承担，要求补充证据后再谈。",
            )
        )
    if number > 1:
        return story.rng.choice(
            (
                "数据看了，但客户要求说明同批已装车的怎么处理。",
                "客户领导要求措施写明完成日期和责任人，再次退回。",
                "客户认为检验水平仍偏低，要求连续五批加严。",
            )
        )
    if "deduction" in story.demands and not story.foreign:
        return "客户不同意扣款方式，要求派人现场挑选，并说明流出原因。"
    return story.rng.choice(
        (
            "客户认为原因分析太笼统，要求补充验证数据。",
            "客户品质主管要求增加后三批的加严检验报告。",
            "只处理不良品不够，客户要求说明为什么没检出来，并对在库品全检。",
            "客户要求附上改善前后的照片，否则不予结案。",
        )
    )


def acceptance_note(story: Story) -> str | None:
    if not story.ours:
        return story.rng.choice(
            (
                "客户认可检测结论。",
                "客户来电表示理解，同意按建议处理。",
                "客户邮件回复收到，无异议。",
                "客户看过照片后撤回索赔。",
                "客户安装部门确认，以后按接线说明施工。" if story.technical else "客户同意由物流公司赔付。",
            )
        )
    if story.foreign:
        return story.rng.choice(
            (
                "客户邮件确认接受。",
                "客户来邮件：措施收到，后续到货再看。",
                "客户在8D报告上签字回传。" if "report_8d" in story.demands else "客户邮件回复同意。",
                None,
            )
        )
    got = (
        ["电话确认，换货品已收到，客户满意。", "换货品已上线，客户确认可以结。"]
        if {"exchange", "replenishment"} & set(story.demands)
        else []
    )
    return story.rng.choice(
        [
            *got,
            "客户邮件确认接受。",
            "客户在报告上签字回传。",
            None,
            "客户来邮件：措施收到，后续到货再看。",
            "电话确认接受，要求下批留意。",
            "客户在群里回复“OK，按此处理”。",
            f"{story.who()}口头同意，报告存档即可。",
        ]
    )


def closing_note(story: Story) -> str | None:
    if not story.ours:
        return story.rng.choice(("客户已认可，结案。", "责任已厘清，资料归档。", None))
    done = (
        [
            "后续一批到货未再出现，结案。",
            "措施已落实，现场查核有记录。",
            "查核巡检记录，措施在执行。",
            "换版的作业标准已在产线使用，结案。",
        ]
        if story.category not in NO_DEMAND
        else ["资料与交货均已补齐，结案。"]
    )
    return story.rng.choice([*done, "客户已确认，结案。", None])
