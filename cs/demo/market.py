"""The made-up market: product families, models, customers, names and places."""

from __future__ import annotations

# Letters of the second table: what a customer buys.
FAMILIES = {
    "S": "speaker",
    "A": "amplifier",
    "H": "head_unit",
    "W": "subwoofer",
    "N": "navigation",
    "X": "harness",
    "P": "pcba",
}


UNITS = {
    "speaker": "只",
    "amplifier": "台",
    "head_unit": "台",
    "subwoofer": "台",
    "navigation": "台",
    "harness": "条",
    "pcba": "块",
}


UNIT_CODES = {"只": "pcs", "台": "unit"}  # the others are counted in pieces


WORDS = {
    "speaker": "扬声器",
    "amplifier": "功放",
    "head_unit": "主机",
    "subwoofer": "低音炮",
    "navigation": "车载导航",
    "harness": "线束",
    "pcba": "电路板组件",
}


TYPES = {"harness": "accessory"}  # where a family has another code in the customer file


INDUSTRIES = {
    "oem": "整车与座舱配套",
    "maker": "汽车电子",
    "trader": "汽车用品",
    "contract_maker": "电子代工",
}


LOT_SIZES = {
    "speaker": (400, 3000),
    "amplifier": (60, 500),
    "head_unit": (50, 600),
    "subwoofer": (40, 300),
    "navigation": (30, 300),
    "harness": (500, 5000),
    "pcba": (200, 1500),
}


# model | family | description
MODELS = """
MJ-S65C|speaker|6.5寸同轴扬声器 4Ω 40W
MJ-S65K|speaker|6.5寸两分频套装扬声器 4Ω 60W
MJ-S69C|speaker|6×9寸同轴扬声器 4Ω 60W
MJ-S50C|speaker|5.25寸同轴扬声器 4Ω 30W
MJ-S40C|speaker|4寸同轴扬声器 4Ω 25W
MJ-T25|speaker|25mm丝膜高音扬声器 4Ω 20W
MJ-M35|speaker|3.5寸中置扬声器 4Ω 25W
MJ-A4080|amplifier|四路功放 4×80W AB类
MJ-A2150|amplifier|两路功放 2×150W AB类
MJ-A1600D|amplifier|单路低音功放 600W D类
MJ-A6DSP|amplifier|六路DSP功放 6×55W
MJ-A8DSP|amplifier|八路DSP功放 8×60W
MJ-H7010|head_unit|7寸双锭安卓主机 2+32G
MJ-H9020|head_unit|9寸安卓主机 4+64G
MJ-H1030|head_unit|10.1寸安卓主机 4+64G
MJ-H1D5|head_unit|单锭MP5主机 蓝牙/USB
MJ-H2DV|head_unit|双锭DVD主机 7寸
MJ-W08U|subwoofer|8寸超薄座椅下有源低音炮 150W
MJ-W10A|subwoofer|10寸有源低音炮 250W
MJ-W12A|subwoofer|12寸有源低音炮 350W
MJ-N0800|navigation|8寸专车导航一体机
MJ-N1025|navigation|10.25寸专车导航一体机 4G
MJ-X16P|harness|16PIN主机电源线束 1.0m
MJ-X4AW|harness|4AWG功放安装线套装
MJ-XRCA|harness|双屏蔽RCA信号线 5m
MJ-P210|pcba|四路功放主板组件 P210
"""


# short name | full name | type | organisation | province | city | what it buys | since | agreed days to reply
# | terms
CUSTOMERS = """
铄途电子|广州铄途汽车电子系统有限公司|oem|private|广东省|广州市|HNX|2015|1|monthly_60
澜驭汽车|芜湖澜驭新能源汽车有限公司|oem|joint_venture|安徽省|芜湖市|SAWX|2019|1|monthly_90
骐砚车业|柳州骐砚车业股份有限公司|oem|state_owned|广西|柳州市|SHX|2014|3|monthly_90
岚骁科技|武汉岚骁智能座舱科技有限公司|oem|private|湖北省|武汉市|SAN|2020|2|monthly_60
柏骊客车|郑州柏骊客车制造有限公司|oem|private|河南省|郑州市|SAHX|2016||monthly_60
禾骋汽车|重庆禾骋汽车工业有限公司|oem|private|重庆市|两江新区|SHNX|2017|3|monthly_90
沐辕商用车|十堰沐辕商用车有限公司|oem|state_owned|湖北省|十堰市|SHX|2018||monthly_90
辰犀座舱|苏州辰犀座舱系统有限公司|oem|foreign|江苏省|苏州市|SAP|2021|1|monthly_60
昱骧汽车|长春昱骧汽车内饰有限公司|oem|joint_venture|吉林省|长春市|SX|2013||monthly_60
皓蹄新能源|合肥皓蹄新能源车辆有限公司|oem|private|安徽省|合肥市|SAW|2022|2|monthly_60
霁川房车|保定霁川房车制造有限公司|oem|private|河北省|保定市|SAHW|2020||monthly_30
朔野特车|包头朔野特种车辆有限公司|oem|state_owned|内蒙古|包头市|SHX|2019||monthly_60
音屿电声|惠州音屿电声科技有限公司|maker|private|广东省|惠州市|SP|2016||monthly_30
鸣舸音响|宁波鸣舸音响有限公司|maker|private|浙江省|宁波市|SWP|2017||monthly_30
峤声电子|中山峤声电子有限公司|maker|private|广东省|中山市|AP|2018||monthly_60
律岸科技|深圳律岸科技有限公司|maker|private|广东省|深圳市|PX|2021||monthly_30
澈响电器|佛山澈响电器有限公司|maker|private|广东省|佛山市|SP|2015||monthly_30
谷吟智能|杭州谷吟智能科技有限公司|maker|private|浙江省|杭州市|PA|2022|5|monthly_60
珩音数码|东莞珩音数码制品有限公司|maker|foreign|广东省|东莞市|XP|2014||monthly_60
钧籁电子|南昌钧籁电子有限公司|maker|private|江西省|南昌市|SX|2019||monthly_30
砺弦精密|常州砺弦精密电子有限公司|maker|private|江苏省|常州市|XP|2020||monthly_30
翎韵电声|临沂翎韵电声有限公司|maker|private|山东省|临沂市|SW|2018||on_delivery
磐铎科技|西安磐铎科技有限责任公司|maker|private|陕西省|西安市|NP|2021||monthly_30
栖梧电子|厦门栖梧电子有限公司|maker|joint_venture|福建省|厦门市|HX|2016|3|monthly_60
梧笛导航|成都梧笛导航技术有限公司|maker|private|四川省|成都市|NHX|2017||monthly_30
锦跸汽配|广州锦跸汽车用品有限公司|trader|private|广东省|广州市|SAWHX|2012||monthly_30
途籁汽配|广州途籁汽车配件商行|trader|individual|广东省|广州市|SAX|2018||on_delivery
驿声汽配|佛山驿声汽车用品经营部|trader|individual|广东省|佛山市|SWX|2019||on_delivery
坤辔贸易|义乌坤辔贸易有限公司|trader|private|浙江省|义乌市|SAX|2017||prepaid
泓骥汽配|温州泓骥汽车配件有限公司|trader|private|浙江省|温州市|SHX|2015||monthly_30
浦雁车品|上海浦雁车品有限公司|trader|private|上海市|嘉定区|SAWN|2016||monthly_30
燕蹊汽车音响|北京燕蹊汽车音响有限公司|trader|private|北京市|丰台区|SAWH|2014||monthly_30
津辂汽配|天津津辂汽车用品有限公司|trader|private|天津市|西青区|SAHX|2018||monthly_30
辽骅车饰|沈阳辽骅车饰有限公司|trader|private|辽宁省|沈阳市|SHW|2019||on_delivery
岱轩音响|济南岱轩音响经营部|trader|individual|山东省|济南市|SAW|2020||on_delivery
胶澳车联|青岛胶澳车联商贸有限公司|trader|private|山东省|青岛市|HNX|2021||monthly_30
楚聆汽车音响|武汉楚聆汽车音响有限公司|trader|private|湖北省|武汉市|SAWX|2015||monthly_30
湘骖汽配|长沙湘骖汽配有限公司|trader|private|湖南省|长沙市|SHX|2017||monthly_30
渝骢车品|重庆渝骢车品有限公司|trader|private|重庆市|九龙坡区|SAHN|2018||monthly_30
蓉骁音响|成都蓉骁音响工程有限公司|trader|private|四川省|成都市|SAW|2016||monthly_30
滇驮汽配|昆明滇驮汽车用品有限公司|trader|private|云南省|昆明市|SHX|2019||on_delivery
秦骊车联|西安秦骊车联科技有限公司|trader|private|陕西省|西安市|HNW|2020||monthly_30
闽舵汽配|福州闽舵汽车配件有限公司|trader|private|福建省|福州市|SHX|2018||on_delivery
天山驰|乌鲁木齐天山驰汽配商行|trader|individual|新疆|乌鲁木齐市|SHX|2021||prepaid
桂骐车品|南宁桂骐车品有限公司|trader|private|广西|南宁市|SAH|2020||on_delivery
晨缰代工|东莞晨缰电子制造服务有限公司|contract_maker|foreign|广东省|东莞市|PX|2016|2|monthly_60
旻拓电子|苏州旻拓电子组装有限公司|contract_maker|foreign|江苏省|苏州市|PXS|2018||monthly_60
粤砻电声|惠州粤砻电声代工有限公司|contract_maker|private|广东省|惠州市|SP|2019||monthly_30
嘉槿科技|深圳嘉槿科技有限公司|contract_maker|private|广东省|深圳市|PA|2021||monthly_30
改声汇|广州改声汇连锁服务有限公司|other|private|广东省|广州市|SAWX|2020||monthly_30
车耳朵|杭州车耳朵电子商务有限公司|other|private|浙江省|杭州市|SAHW|2021|3|monthly_30
旅聆租赁|海口旅聆汽车租赁有限公司|other|private|海南省|海口市|HN|2022||monthly_30
Tonwald|Tonwald Autoakustik GmbH|oem|foreign|Germany|Kassel|SAP|2018|5|letter_of_credit
Nordhavn|Nordhavn Bilstereo AS|trader|foreign|Norway|Drammen|SAW|2019|5|letter_of_credit
Brisamar|Brisamar Som Automotivo Ltda.|trader|foreign|Brazil|Joinville|SAW|2016|5|letter_of_credit
Kestrelwave|Kestrelwave Auto Sound Ltd.|trader|foreign|United Kingdom|Coventry|SAH|2017|5|monthly_60
春栄車載|株式会社春栄車載オーディオ|maker|foreign|日本|浜松市|SP|2015|3|monthly_60
Anadolusel|Anadolusel Oto Ses San. A.S.|trader|foreign|Türkiye|Bursa|SWX|2020||letter_of_credit
Qasrnoor|Qasrnoor Auto Accessories LLC|trader|foreign|UAE|Sharjah|SHN|2019||prepaid
Marigoldia|Marigoldia Auto Electronics Pvt. Ltd.|maker|foreign|India|Pune|HPX|2022|5|letter_of_credit
"""


LATER = {
    "辰犀座舱",
    "皓蹄新能源",
    "谷吟智能",
    "旅聆租赁",
    "Marigoldia",
    "嘉槿科技",
    "桂骐车品",
}  # came within the year


BIG = {
    "铄途电子",
    "澜驭汽车",
    "骐砚车业",
    "岚骁科技",
    "禾骋汽车",
    "锦跸汽配",
    "Tonwald",
    "浦雁车品",
    "音屿电声",
    "晨缰代工",
}


SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗郑梁谢宋唐许韩冯邓曹彭曾"


GIVEN = (
    "宏",
    "洁",
    "志芳",
    "少华",
    "子豪",
    "桂英",
    "翠萍",
    "国庆",
    "佳怡",
    "大勇",
    "淑敏",
    "振东",
    "建平",
    "丽华",
    "志强",
    "海燕",
    "文斌",
    "雪梅",
    "国栋",
    "晓东",
    "美玲",
    "俊杰",
    "春燕",
    "伟明",
    "慧敏",
    "立新",
    "嘉欣",
    "永刚",
    "秀芳",
    "思远",
)


ABROAD = {  # currency and people
    "Germany": ("EUR", ("Jonas Weidner", "Britta Hollmann")),
    "Norway": ("EUR", ("Ingrid Solvang", "Tor Haugland")),
    "Brazil": ("USD", ("Marcelo Brito", "Luana Peixoto")),
    "United Kingdom": ("USD", ("Helen Ashdown", "Piers Collwood")),
    "日本": ("JPY", ("佐野 健司", "水原 遥")),
    "Türkiye": ("EUR", ("Emre Tuncay", "Selin Arca")),
    "UAE": ("USD", ("Faisal Rahmani", "Omar Darwish")),
    "India": ("USD", ("Neha Kulkarni", "Arvind Salgar")),
}


ROADS = (
    "创业路",
    "工业大道",
    "科技三路",
    "汽配城A区",
    "兴业路",
    "滨江路",
    "高新一路",
    "迎宾大道",
    "物流园二期",
    "环城北路",
)


POSTS = (
    ("quality", "品质部/工程师"),
    ("purchasing", "采购部/经理"),
    ("purchasing", "采购部/采购员"),
    ("quality", "品质部/主管"),
    ("executive", "总经理"),
)
