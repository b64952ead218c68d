"""What people of the demo say and do about a complaint."""

from __future__ import annotations

# How far into the time that a case has each step comes, from hearing to the reply.
PACE = {
    "pass_on": 0.03,
    "first": 0.08,
    "receive": 0.26,
    "ask_sample": 0.3,
    "talk": 0.4,
    "confirm": 0.6,
    "confirm_route": 0.61,
    "call": 0.62,
    "meet": 0.68,
    "dispose": 0.74,
    "prepare": 0.86,
    "send": 1.0,
}
HEARD_BY = {  # who passes on (5.2.1.2), and how it came to their ears
    "warehouse_keeper": "送货时客户仓管说：",
    "suqiang": "送货到客户仓库，对方收货员说：",
    "quality_inspector": "客户IQC直接打电话到检验室：",
    "engineer": "技术对接群里客户工程师说：",
    "xiehui": "调试时客户工程师反馈：",
    "process_engineer": "客户来看工艺时提到：",
    "production_operator": "客户验货员在产线旁说：",
    "heping": "客户驻厂人员在线上提出：",
    "production_manager": "客户验货时当面提出：",
    "planner": "对交期时客户采购提到：",
    "general_manager": "客户负责人来电提到：",
    "department_member": "接待客户时对方提到：",
}
HEARD_LATER = "业务外出，回厂后才处理，按处理时间更正接到时间"  # why a clerk asks for another moment
FIRST_HEARD = "时限从首次接到客户来电起算，不同意更改"
NEXT_DAY = (
    "客户晚上才回电确认，第二天一早补录。",
    "外出拜访客户，回厂后下一工作日补录。",
    "下班前才与客户通完电话，下一工作日上班补录。",
    "在客户现场处理到晚上，回厂后下一工作日补录。",
    "当天网络维护，系统无法登录，恢复后补录。",
)
UNKNOWN = (
    "产品已装车交付，批号标签在机身背面，拆车才能看到。",
    "客户仓库混放两批，分不清是哪一批；两批一起追溯。",
    "终端已拆机，外箱和标签丢失，客户查不到批号；按出货时间段追溯。",
    "客户只提供照片，检查数未统计，已请其补充。",
    "车主个人反馈，经销商说不清数量和批号。",
)
SENT_BACK = (  # why the quality supervisor sends an analysis back (Q11)
    "只看了退回的一只，未核对同批库存，请补查后再签。",
    "未说明如何判定为本公司责任，请补充检验数据。",
    "分析未写明涉及的批次范围，请查生产记录后补充。",
)
COMPLETED = (  # what the inspector then adds
    "补查同批库存抽检记录，未见同类不良。",
    "补充：已调出该批出货检验记录核对，判定依据见附页。",
    "补充：查生产记录，涉及范围仅限本批。",
)
SILENT = (
    "客户对接人离职，新对接人三次催问后仍未答复，其间正常下单。",
    "电话说会签字回传，之后两次催问没有下文；后续三批无异议。",
    "第3、7、10天分别电话和邮件催问，客户采购说有问题再联系，至今无异议。",
    "三次邮件一次电话均未答复，客户已继续正常提货。",
    "发函后两次电话无人接听，群里留言未回；该批已用完。",
)
SAMPLE_NOTES = (
    "请客户连同外箱标签一起寄回，便于追溯。",
    "请保持不良状态，不要自行拆机。",
    "最好寄一只良品一起，方便对比。",
    "到付寄品质部客诉组收。",
)
SAMPLE_ENDS = {
    "given_back": (
        "随送货车退还客户，对方已签收。",
        "分析完成，按客户要求快递寄回。",
        "客户来厂时当面交还。",
    ),
    "scrapped": ("解剖后无保留价值，经客户同意报废。", "客户表示不需退回，拍照后报废。"),
    "never_came": (
        "不良品已随送货车拉回，不再另寄样板。",
        "快递途中遗失，改从拉回的不良品中取样。",
        "客户改为派人送不良品到厂，不另寄。",
    ),
}
