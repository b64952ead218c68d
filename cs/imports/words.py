"""What factories write for the codes of the procedure file, beside its own words; why a line stays out."""

from __future__ import annotations

from collections.abc import Mapping

from cs.imports.tables import MESSAGES

_N = str  # marks a text for translation
REASONS = MESSAGES | {
    "no_customer_column": _N("There is no column that names the customer: %(titles)s"),
    "unknown_customer": _N("There is no customer “%(value)s”. Enter or import it first."),
    "ambiguous_customer": _N("More than one customer has the name “%(value)s”. Use the customer code."),
    "different_customers": _N("The cells of this line name different customers: %(names)s"),
    "unknown_model": _N("There is no model “%(value)s”. Enter or import it first."),
    "unknown_person": _N(
        "Nobody in sales has the name “%(value)s”. Create the account first, or leave the cell empty."
    ),
    "ambiguous_person": _N(
        "More than one person in sales has the name “%(value)s”. Leave the cell empty and choose later."
    ),
    "number_taken": _N("The code “%(value)s” belongs to another customer: %(name)s"),
    "number_twice": _N("The code “%(value)s” is already used in row %(row)s for another customer."),
    "not_positive": _N("The quantity must be greater than 0."),
    "too_many": _N("The quantity is too large."),
    "in_the_future": _N("%(value)s is in the future."),
    "not_a_price": _N("“%(value)s” is not a unit price: above zero, with at most four decimals."),
    "made_after_shipping": _N("The production date is after the shipping date."),
    "days_out_of_range": _N("“%(value)s” is not a number of days between 0 and %(most)s."),
    "name_without_contact": _N("There is a telephone number or an e-mail address, but no contact's name."),
    "lookalike_on_record": _N(
        "Nearly the same name as the customer “%(name)s” on record. Check whether it is the same company."
    ),
    "lookalike_in_file": _N(
        "Nearly the same name as the customer “%(name)s” in row %(row)s. "
        "Check whether it is the same company."
    ),
    # People
    "unknown_role": _N("There is no role “%(value)s”. The example table lists the roles."),
    "unknown_department": _N("There is no department “%(value)s”. Add it under Departments, or correct it."),
    "administrator_by_import": _N(
        "The administrator's role is never given by import. Give it on the person's page."
    ),
    "member_without_department": _N("This role needs a department: fill in the column of departments."),
    "department_without_role": _N(
        "No role in this line belongs to “%(value)s”. Add a role, or leave it out."
    ),
    "head_of_which": _N("Head of which department? Write its name in this cell."),
    "head_without_department": _N("A head needs a department."),
    "head_unclear": _N("“%(value)s” is neither yes nor no, nor a department."),
    "head_of_another": _N("“%(value)s”: the person has no role in this department."),
    "username_taken": _N("The user name “%(value)s” belongs to %(name)s."),
    "username_twice": _N("The user name “%(value)s” is already used in row %(row)s."),
    "username_with_spaces": _N("Spaces are not allowed in a user name."),
    "username_proposed": _N("No user name: %(name)s gets “%(value)s”."),
    "no_username": _N("No user name can be made from “%(value)s”. Enter one."),
    "same_name_twice": _N(
        "“%(value)s” is in row %(row)s too. If they are two people, give each a user name."
    ),
    # An old complaint register
    "no_symptom_column": _N("There is no column that describes the defect: %(titles)s"),
    "old_number_taken": _N(
        "The number “%(value)s” belongs to %(name)s here, with another customer, day, model, lot or "
        "text. Correct that record, or give this line a number of its own."
    ),
    "old_number_twice": _N(
        "The number “%(value)s” is already used in row %(row)s for another complaint. "
        "Give each line its own number, such as %(value)s-2."
    ),
    "before_complaint": _N("%(value)s is before the complaint date (%(day)s)."),
    "closed_before_reply": _N("%(value)s is before the reply date (%(day)s)."),
    "shipped_after_complaint": _N("The shipping date is after we first heard of the complaint."),
    "closed_but_open": _N("“%(value)s” contradicts the closing date (%(day)s)."),
    "line_is_void": _N("Lines marked “%(value)s” do not count and are not imported."),
    "answer_without_reply": _N("There is a customer's answer, but no date of our reply."),
    "negative": _N("The quantity must not be less than 0."),
    "more_defective_than_checked": _N(
        "The quantity defective (%(defect)s) cannot exceed the quantity checked (%(checked)s)."
    ),
    "more_defective_than_shipped": _N(
        "The quantity defective (%(defect)s) cannot exceed the quantity shipped (%(shipped)s)."
    ),
    "more_checked_than_shipped": _N("The quantity checked exceeds the quantity shipped (%(shipped)s)."),
    "model_as_text": _N("There is no model “%(value)s” here. It is stored as text."),
    "word_as_text": _N("“%(value)s” is not a known value. It is stored as text; the field stays empty."),
    "closed_without_day": _N("Closed, but without a closing date. The field stays empty."),
    "closed_without_reply": _N("Closed without a reply date. It does not count as replied in time."),
}
# What factories write for the codes of the procedure file, beside its own words.
OTHER_WORDS: Mapping[str, Mapping[str, str]] = {
    "customer_type": {
        "主机厂": "oem",
        "配套": "oem",
        "厂家": "maker",
        "生产商": "maker",
        "Maker": "maker",
        "Contract maker": "contract_maker",
        "贸易商": "trader",
        "经销商": "trader",
        "代理商": "trader",
        "贸易": "trader",
        "经销": "trader",
        "其他": "other",
    },
    "customer_status": {
        "潜在客户": "potential",
        "意向": "potential",
        "合作中": "active",
        "在用": "active",
        "有效": "active",
        "停止合作": "inactive",
        "已停用": "inactive",
        "Not in use": "inactive",
    },
    "organisation_type": {
        "国企": "state_owned",
        "民企": "private",
        "私营": "private",
        "外企": "foreign",
        "个体户": "individual",
        "其他": "other",
    },
    "payment_terms": {
        "月结30": "monthly_30",
        "月结60": "monthly_60",
        "月结90": "monthly_90",
        "预付款": "prepaid",
        "现结": "on_delivery",
        "L/C": "letter_of_credit",
        "其他": "other",
    },
    "currency": {"RMB": "CNY", "¥": "CNY", "元": "CNY", "US$": "USD"},
    "channel": {
        "电子邮件": "email",
        "微信": "chat",
        "QQ": "chat",
        "传真": "letter",
        "书面": "letter",
        "来厂": "visit",
        "电话投诉": "phone",
    },
    "severity": {
        "致命": "critical",
        "CR": "critical",
        "主要": "major",
        "严重": "major",
        "MA": "major",
        "次要": "minor",
        "轻微": "minor",
        "MI": "minor",
    },
    "nature": {
        "Occasional": "sporadic",
        "Recurring": "chronic",
        "偶发性": "sporadic",
        "个别": "sporadic",
        "批量性": "batch",
        "批次性": "batch",
        "批次": "batch",
        "常态性": "chronic",
        "常发": "chronic",
    },
    "liability": {
        "我司": "ours",
        "我方": "ours",
        "本厂": "ours",
        "厂内": "ours",
        "供方": "supplier",
        "供货商": "supplier",
        "客户责任": "customer",
        "物流": "carrier",
        "承运商": "carrier",
        "运输公司": "carrier",
    },
    "finding": {"确认": "confirmed", "成立": "confirmed", "不成立": "not_confirmed", "NTF": "ntf"},
    "response": {
        "已接受": "accepted",
        "未接受": "refused",
        "拒绝": "refused",
        "未回复": "no_answer",
        "无回复": "no_answer",
    },
    "unit": {
        "个": "pcs",
        "件": "pcs",
        "支": "pcs",
        "pc": "pcs",
        "ea": "pcs",
        "部": "unit",
        "套件": "set",
        "公斤": "kg",
        "米": "m",
    },
}
