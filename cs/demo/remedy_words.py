"""What people of the demo write into corrective actions."""

from __future__ import annotations

from dataclasses import dataclass

HEAD_OF = {
    "sales": "sales_manager",
    "engineering": "engineer",
    "production": "production_manager",
    "quality": "quality_supervisor",
    "process": "process_engineer",
    "warehouse": "warehouse_keeper",
    "planning": "planner",
}


HAND_OF = {
    "sales": "wangli",
    "engineering": "xiehui",
    "production": "heping",
    "quality": "zhangwei",
    "process": "panlei",
    "warehouse": "suqiang",
    "planning": "fengting",
}  # who carries out beside the head


CAUSE_CLASSES = {
    "engineering": "method",
    "production": "man",
    "quality": "measurement",
    "process": "machine",
    "warehouse": "method",
    "planning": "method",
    "sales": "method",
}


SYSTEM = (
    "PFMEA未列入此失效模式，控制计划没有对应的检查项目。",
    "变更后没有按4M变更流程重新评审作业标准。",
    "换线首件只确认功能，没有确认工艺参数，标准未规定。",
)


DOCUMENTS = ("work_instruction", "inspection_standard", "control_plan", "pfmea", "training")


WHYS = ("作业标准没有规定点检的项目和频次，全凭经验", "试产评审时没有把这一项列入PFMEA")


ESCAPE_WHYS = (
    "检验标准沿用老产品，没有按客户的使用条件更新",
    "检验标准更新没有责任人，客户要求变更后无人跟进",
)


PREVENTIVE = (
    "检验标准增加对应项目，并对检验员培训考核。",
    "末检作业标准换版，增加该项检查和限度样板。",
    "控制计划补充检查频次，巡检表同步更新。",
)


CAUSE_PROOF = (
    "按原条件复现三次，均出现同类不良；改回标准条件后未再出现。",
    "对比不良批与良品批的当班记录，时间段吻合。",
    "现场按同样方法试做20件，重现不良2件。",
    "不良品与良品对比拆解，差异只在此处。",
    "用错误条件与正确条件各做50件，只有前者出现不良。",
)


BONES = {
    "man": "夜班顶岗人员未经上岗考核",
    "machine": "治具磨损，没有列入点检",
    "material": "来料批次间有差异",
    "method": "作业标准没有写明参数上下限",
    "measurement": "检具没有覆盖不良发生的位置",
    "environment": "夜班车间温湿度偏高",
}


SENT_BACK = (
    "原因只写到“作业员疏忽”，没有说明为什么没有检出；请按五问法重新分析并补充流出原因。",
    "五问只问到第二层，措施只有“加强教育”；请找到管理上的原因。",
    "产生原因与现场不符，现场看到的是治具问题；请到线上确认后重写。",
)


DONE = {
    "containment": (
        "在库和在制品已全检，记录见附件。",
        "隔离品当天处理完，现场清点无误。",
        "已落实，连续三班记录正常。",
    ),
    "corrective": (
        "已导入，首批试做200件正常。",
        "已完成，现场照片和记录见附件。",
        "已落实，连续三班点检记录正常。",
        "已更换，首件和末件确认合格。",
    ),
    "preventive": (
        "标准已换版发放，班前会宣导并签到。",
        "已培训并考核，名单见附件。",
        "新版检查表已在用，旧版已收回。",
    ),
}


METHODS = (
    "统计措施后三批出货检验数据和客户端反馈",
    "查措施后一个月的巡检、末检不良率",
    "现场稽核三次，并追踪客户上线不良",
    "抽查点检记录并与末检数据对照",
)


PROOF = (
    "措施后出货{lots}批{pieces}件，末检同类不良0件，客户端无再次反馈。",
    "措施后一个月末检{pieces}件，同类不良由0.8%降到0，点检记录完整。",
    "现场稽核三次均按新标准执行，{lots}批{pieces}件无同类不良。",
    "抽查{lots}批共{pieces}件，同类不良0件，客户来料检验连续合格。",
)


# What each round without effect left over: the proof, the cause that it showed, and what the next round does
# about it.
ROUNDS = (
    (
        "措施后出货{lots}批{pieces}件，客户端仍发现同类不良2件，点检只在白班执行，措施无效。",
        "点检只在白班执行，夜班没有安排。",
        "夜班同步点检，班长每班签字确认。",
        "点检改为防呆：未完成点检，设备不能启动，白班、夜班一样执行。",
    ),
    (
        "第二轮后出货{lots}批{pieces}件，末检又检出同类不良3件，防呆被临时解除后没有恢复，措施仍无效。",
        "防呆解除不需要审批，换线时被短接。",
        "解除防呆由生产经理批准并登记，当班恢复。",
        "防呆开关改为上锁，钥匙由工艺保管，解除自动停线并报警。",
    ),
)


# What may happen on the way: no effect once or twice, an answer that does not hold, another owner, a
# correction, issued by mistake.
TWISTS = ("again", "twice_again", "sent_back", "reassigned", "amended", "void")


# CARs from elsewhere than a complaint: found by ourselves, or by a customer's auditor.


@dataclass(frozen=True)
class Remedy:
    """What a CAPA is about and how it goes. `stops_at`: the state in which it still stands; `twist`: one of
    TWISTS."""

    problem: str
    department: str
    occurrence: str
    escape: str
    corrective: str
    source: str = "complaint"
    source_no: str | None = None
    stops_at: str | None = None
    twist: str | None = None
    ago: int = 0


ELSEWHERE = (
    Remedy(
        "制程巡检发现功放板波峰焊后透锡率只有65%，标准为75%以上。",
        "process",
        "助焊剂喷雾头堵塞，喷涂量不均。",
        "透锡率只做首件切片，中途堵塞查不到。",
        "喷雾头每班清洗并称重确认喷涂量，写入点检表。",
        "internal",
        "IPQC-0317",
        ago=250,
        twist="sent_back",
    ),
    Remedy(
        "内部审核发现扬声器纯音检测室的标准件超过校准日期两个月。",
        "quality",
        "校准台帐没有到期提醒，由个人记忆。",
        "日常点检表没有核对校准标签一栏。",
        "校准台帐增加到期前30天提醒，标准件立即送校。",
        "internal",
        "IA-02",
        ago=200,
        twist="again",
    ),
    Remedy(
        "客户审核提出：组装二线静电手环点检记录有两天空白。",
        "production",
        "顶班班长不清楚点检要求。",
        "巡检只看手环是否佩戴，没有查记录。",
        "顶班人员上岗前交接点检要求，班前会由班长逐条确认。",
        "visit",
        "二方审核第4项",
        ago=160,
        twist="amended",
    ),
    Remedy(
        "客户稽核时看到成品仓主机尾数箱混放两个型号。",
        "warehouse",
        "尾数箱没有单独区域，空位随手放。",
        "出货只扫箱外标签，没有开箱核对。",
        "划定尾数区，尾数箱一箱一型号并贴黄色标识。",
        "visit",
        "客户稽核第7项",
        ago=120,
        twist="reassigned",
    ),
    Remedy(
        "出货检验发现导航主机预装地图版本与订单不符，已在厂内拦截。",
        "engineering",
        "升级包存放在公共目录，旧版没有移走。",
        "末检只看开机画面，没有核对版本号。",
        "升级包由工程受控发放，旧版即时回收。",
        "internal",
        "OQC-1008",
        ago=32,
        stops_at="carried_out",
    ),
    Remedy(
        "客户审核提出：低音炮箱体胶水开封后没有标注有效期。",
        "production",
        "开封标签用完后没有补充。",
        "巡检表没有胶水有效期一项。",
        "开封标签列入线边物料最低库存，由物料员每班补充。",
        "visit",
        "审核报告第2项",
        ago=30,
        stops_at="carried_out",
    ),
    Remedy(
        "制程统计：功放组装螺钉滑牙不良率连续两周超过0.5%。",
        "process",
        "电批扭力漂移，超出规格上限。",
        "扭力点检每周一次，漂移期间没有发现。",
        "电批扭力改为每班点检，超差立即更换。",
        "internal",
        "SPC-41",
        ago=27,
        stops_at="carried_out",
    ),
    Remedy(
        "例行试验发现扬声器高温存放后防尘帽起边1只。",
        "engineering",
        "胶水固化时间不足。",
        "出货前没有高温抽测。",
        "固化时间由20分钟改为35分钟，炉温曲线存档。",
        "internal",
        "RT-118",
        ago=13,
        stops_at="measures_set",
    ),
    Remedy(
        "来料线束端子拉力偏低，退供应商两批后仍出现。",
        "quality",
        "供应商压接模具磨损，没有更换计划。",
        "来料抽样只做外观，拉力每月一次。",
        "拉力测试改为逐批抽5条，供应商提交模具更换记录。",
        "internal",
        "IQC-77",
        ago=4,
        stops_at="analysed",
    ),
    Remedy(
        "仓库高位货架外箱受压变形，尚未出货。",
        "warehouse",
        "堆码层数没有标识。",
        "出库前没有外箱检查。",
        "货架标明最高堆码层数，出库前目视外箱。",
        "internal",
        "5S-11",
        ago=1,
        stops_at="issued",
    ),
    Remedy(
        "主机按键手感偏硬，试产阶段5台。",
        "engineering",
        "",
        "",
        "",
        "internal",
        "PP-06",
        ago=180,
        twist="void",
    ),
    Remedy(
        "扬声器包装内袋印字模糊。", "warehouse", "", "", "", "internal", "OQC-0512", ago=140, twist="void"
    ),
    Remedy(
        "功放说明书缺页，已在包装线拦截。",
        "production",
        "",
        "",
        "",
        "internal",
        "OQC-0733",
        ago=75,
        twist="void",
    ),
)


VOIDED = "与已开出的报告重复，由原报告一并跟踪，本报告作废。"


AGAIN = {"again": 1, "twice_again": 2}  # rounds without effect
