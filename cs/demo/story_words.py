"""The sentences from which a complaint of the demo is told."""

from __future__ import annotations

PLACES = ("左前门", "右前门", "左后门", "右后门")


DEMANDS = {
    "QTY": (["replenishment"], ["return"]),
    "DOC": ([],),
    "DEL": ([],),
    "SRV": ([],),
    "ENV": (["report_8d", "return"], ["report_8d", "exchange"]),
    "SW": (["on_site"], ["rework"]),
    "LBL": (["rework"], ["on_site"], ["exchange"]),
    "PKG": (["exchange"], ["rework"], ["deduction"]),
}


USUAL_DEMANDS = (
    ["exchange"],
    ["exchange"],
    ["replenishment"],
    ["exchange", "report_8d"],
    ["report_8d", "return"],
    ["rework"],
    ["deduction", "exchange"],
    ["on_site"],
)


ASKED = {
    "report_8d": "提供8D报告",
    "replenishment": "尽快补货",
    "rework": "安排返工",
    "return": "退货",
    "exchange": "换货",
    "deduction": "扣款",
    "on_site": "派人到现场处理",
}


SETTLED = {
    "exchange": ("{n}{u}不良品随下批换新", "不良{n}{u}当天寄出新品更换，旧品退回分析"),
    "replenishment": ("{n}{u}已安排补货，三个工作日内送到", "{n}{u}随明天的车补足"),
    "rework": ("我司派两人到客户仓库返工，半天完成", "客户在库品由我司人员现场重工，不占客户产线"),
    "return": ("{n}{u}由我司安排拉回，客户已开退货单", "退回{n}{u}，冲减当月对账单"),
    "deduction": ("按{n}{u}货值从当月货款扣除", "扣款以客户开具的扣款单为准，限{n}{u}"),
    "on_site": ("品质与工程当天到客户现场确认处理", "派驻点人员到现场全检客户在库品"),
    "report_8d": ("书面改善报告随回复附上", "8D报告D1–D3先行提交，其余随后补齐"),
}


SETTLED_ABROAD = {
    "exchange": ("{n}{u}不良品随下一柜换新", "不良{n}{u}用快递寄新品，旧品由客户就地报废"),
    "replenishment": ("{n}{u}随下一柜补足", "{n}{u}用空运补发"),
    "return": ("{n}{u}由客户就地报废，附照片后冲减货款",),
    "deduction": ("按{n}{u}货值开贷项通知单",),
}


NO_DEMAND = {  # what the customer wants where the form has no word for it, and how it was settled
    "SRV": ("指定专人对接，今后当天回电", "业务经理已向客户道歉，指定专人对接，今后当天回电"),
    "DOC": ("补齐资料", "电子版当天补发，原件随下批附上"),
    "DEL": ("马上安排送货", "余量当天专车送达，以后变更交期先书面通知"),
}


TECHNICAL = {
    "FUN",
    "REL",
    "SOL",
    "ASM",
    "DIM",
    "APP",
    "SW",
    "ENV",
}  # what is analysed on the part; the rest in papers


ORAL = {"phone", "visit", "chat"}


FRACTIONS = {
    "incoming": (32, 50, 80, 125),
    "line": (60, 96, 120, 200, 300),
    "field": (20, 30, 48, 60),
    "customer_warehouse": (20, 40, 60, 100),
}


FOUND = {
    "incoming": ("来料抽检{checked}{u}，", "进料检验抽{checked}{u}，"),
    "line": ("产线装机时发现，", "上线装配{checked}{u}，其中", "装车试机时，"),
    "field": ("终端门店反馈，", "4S店转来车主反映，", "售后换件汇总，"),
    "customer_warehouse": ("收货清点时，", "仓库拆箱时，"),
}


AGES = {
    "incoming": (2, 25),
    "customer_warehouse": (1, 12),
    "line": (4, 45),
    "field": (15, 120),
}  # days since the goods were sent when it comes to light


TURNS = 60


DEALERS = ("trader", "other")


CENTRE = "MJ-M35"  # the loudspeaker that stands on the dashboard


SETTLING = ("与{who}{by}沟通确认：", "{by}与{who}商定：", "{who}{by}确认处理方式：", "当天与{who}{by}商谈：")


AGREED = ("客户同意按此处理。", "客户无异议。", "对方同意，等书面回复。", "客户认可，要求书面存档。")


AGAIN_ANALYSED = {  # after the first and the second refusal
    "technical": (
        "复核：库存三批各抽80{u}复检，未发现同类不良；流出工位已找到。",
        "补充验证：模拟原条件重现不良3次，改善后各做50次未再出现。",
    ),
    "papers": (
        "补充：调出当日全部记录复核，原因判断不变，流出环节已找到。",
        "补充：前后各一周的单据全部核对，只有这一单。",
    ),
}


AGAIN_NOT_OURS = (
    "补充：调出出货检验原始记录和装车照片复核，出厂时合格，判断不变。",
    "补充：同批留样复测合格，判断不变。",
)


AGAIN_SENT = (
    "库存全检记录和流出原因说明，今后三批随货附加严检验报告",
    "改善前后对比数据和带责任人、完成日期的措施表，连续五批加严检验",
)


BATCH = (
    "不良集中在一个批次，原因明确，在库和在途已全部隔离，客户同意按简易途径先行回复。",
    "客户等货，要求先处理本批；原因已查明，客户书面同意按简易途径回复。",
    "同批只剩这几箱，已全部换回，业务经理同意不开检讨会。",
)


CHRONIC = (
    "半年内第二次出现，原因与上次相同，改善措施本周导入；客户要求先答复本批。",
    "同类问题再次出现，涉及数量少，客户同意先处理本批，专题改善另行安排。",
    "上次的纠正措施还在实施中，本次为措施前的同期产品，不再另开检讨会。",
    "与上次是不同批次的零星不良，客户同意按简易途径回复。",
)


TALKS = (
    "客户说不良都出在上线第一天，之后两天未再出现；同意先用库存顶上。",
    "问清了使用条件：车内12V供电，连续播放约一小时后出现。",
    "客户补充：不良集中在三箱内，外箱完好，已隔离待处理。",
    "已告知分析进度，客户同意明天上午前给结论。",
    "客户确认其他批次未见同类不良，只追这一批。",
    "客户发来一段视频，现象与描述一致，已转分析人员。",
    "问到装配方式：用气动批直接打，未用限力；客户自查后再告知。",
    "客户要求分析时拍下全过程，已答应附在回复里。",
    "客户催得急，已说明复现需要老化四小时，下班前再通报一次。",
    "客户品质说他们也在复测，双方约定用同一台仪器的设置。",
)


FINDINGS_TALKED = (
    "客户补充：涉及的货还没拆箱，等我们的说法再动。",
    "客户确认数量无误，问是否会影响下一批交期，已答复不影响。",
    "已告知正在查出货记录，客户同意当天下班前答复。",
)


OPENINGS = {
    "phone": ("客户{who}来电：", "接{who}电话：", "{who}来电反映："),
    "email": ("客户来邮件：", "收到{who}邮件：", "客户邮件附照片，写明："),
    "letter": ("客户发来品质异常联络单：", "收到客户书面异常通知：", "客户传来不良通知单："),
    "chat": ("客户在对接群里反馈：", "{who}微信发来照片："),
    "visit": ("客户{who}来厂时提出：", "{who}来厂验货时提出："),
    "return": ("客户退货单注明：", "退货随附不良说明："),
}
