"""The demo's trade: sixty invented customers of a car-audio factory, its models, and the shipments between
them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from cs.demo.people import People
from cs.models.customers import Customer, Product, Shipment
from cs.models.holidays import work_calendar
from cs.records.procedure import rulebook
from cs.records.users import User

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


def dice(what: str) -> Random:
    """Chance that falls the same way at every build; each case has its own, so that one more case leaves the
    others as they are."""
    return Random(f"MJ-QP-12 {what}")  # noqa: S311 nothing here is secret


@dataclass(frozen=True)
class Line:
    """A line of the table of customers."""

    short: str
    full: str
    kind: str
    organisation: str
    province: str
    city: str
    buys: str
    since: int
    reply_days: int | None
    terms: str

    @property
    def foreign(self) -> bool:
        return self.province in ABROAD


def _lines() -> list[Line]:
    rows = [line.split("|") for line in CUSTOMERS.strip().splitlines()]
    return [Line(*row[:7], int(row[7]), int(row[8]) if row[8] else None, row[9]) for row in rows]


class Trade:
    """Customers, models and shipments made so far; kept in hand so that nothing loads them again."""

    def __init__(self, people: People, rng: Random) -> None:
        self.people, self.rng, self.calendar = people, rng, work_calendar()
        self.products: list[Product] = []
        self.family: dict[int, str] = {}  # of a product
        self.customers: list[Customer] = []
        self.buys: dict[int, list[Product]] = {}  # of a customer
        self.sent: list[Shipment] = []
        self.complained: set[int] = set()  # customers
        self.told: dict[
            tuple[int, int, str], tuple[dict[str, Any], datetime]
        ] = {}  # customer, product and defect: the problem, and when it was told
        self._fitting: dict[int, list[int]] = {}
        self.said: Counter[Any] = Counter()  # how often a sentence was said: by anybody, and by a customer
        self._taken: set[str] = set()  # names and telephone numbers
        self.to_come = [line for line in _lines() if line.short in LATER]
        self._serial = 0

    def add_models(self, moments: Iterator[datetime]) -> None:
        """All models; the engineer enters them."""
        for n, row in enumerate(MODELS.strip().splitlines()):
            model, family, spec = row.split("|")
            product = Product.create(
                by=self.people["engineer"],
                on=next(moments),
                model=model,
                spec=spec,
                unit="set" if "套装" in spec else "pcs",
                part_no=f"{30 + list(UNITS).index(family)}-{model[3:]}-{n + 1:02d}0",
            )
            self.products.append(product)
            self.family[product.id] = family

    def add_customers(self, moments: Iterator[datetime]) -> None:
        """The customers of the day on which the program was introduced."""
        for line in _lines():
            if line.short not in LATER:
                self.add_customer(line, next(moments))

    def add_customer(self, line: Line, on: datetime) -> None:
        """One customer with its contacts, a representative and a clerk, and the models it buys."""
        rng, new = self.rng, line.short in LATER
        clerk = self._clerk_of(line)
        rep = clerk if line.foreign else rng.choice(self.people.with_role("sales_clerk"))
        families = [FAMILIES[letter] for letter in line.buys]
        address = self._address(line)
        customer = Customer.create(
            by=rep if new else clerk,
            on=on,
            short_name=line.short,
            full_name=line.full,
            customer_type=line.kind,
            status="active",
            english_name=line.full if line.full.isascii() else None,
            products="、".join(WORDS[family] for family in families),
            product_type=sorted(
                (TYPES.get(family, family) for family in families),
                key=list(rulebook().choices["product_type"]).index,
            ),
            organisation_type=line.organisation,
            address=address,
            delivery_address=address,
            rep_id=rep.id,
            clerk_id=clerk.id,
            reply_days=line.reply_days,
            payment_terms=line.terms,
            currency=ABROAD[line.province][0] if line.foreign else "CNY",
            delivery_terms=rng.choice(("FOB", "CIF"))
            if line.foreign
            else rng.choice(("delivered", "freight", "freight", "express")),
            brand_standing="well_known" if line.kind == "oem" else "ordinary",
            partner_since=on.date() if new else date(line.since, rng.randint(1, 12), rng.randint(1, 28)),
            industry=INDUSTRIES.get(line.kind, "汽车后市场"),
            scale=rng.choice(("50人以下", "约120人", "约300人", "约800人", "2000人以上")),
            monthly_demand=f"约{rng.choice((3, 5, 8, 12, 20, 30)) * 100}件",
            contacts=self._contacts(line),
        )
        self.customers.append(customer)
        offered = [product for product in self.products if self.family[product.id] in families]
        self.buys[customer.id] = rng.sample(offered, min(len(offered), rng.randint(3, 5)))

    def _clerk_of(self, line: Line) -> User:
        if line.foreign:
            return self.people["lihao"]
        return self.people[
            "zhaoyan"
            if line.kind == "oem"
            else self.rng.choice(("sales_clerk", "sales_clerk", "wangli", "dengjie"))
        ]

    def _contacts(self, line: Line) -> list[dict[str, Any]]:
        rng = self.rng
        self._serial += 1
        if line.foreign:
            posts, names = (
                list(zip(("quality", "purchasing"), ("Quality Engineer", "Purchasing Manager"), strict=True)),
                list(ABROAD[line.province][1]),
            )
        else:
            posts = rng.sample(POSTS, rng.choice((1, 2, 2, 3)))
            names = [self._name() for _ in posts]
        return [
            {
                "name": name,
                "position": post,
                "contact_role": role,
                "phone": self.phone(line.foreign),
                "survey_recipient": role == "purchasing",
                "email": f"{role}@kh{self._serial:03d}.example",
            }
            for (role, post), name in zip(posts, names, strict=True)
        ]

    def _name(self) -> str:
        """A name that nobody else in the demo bears."""
        while (name := self.rng.choice(SURNAMES) + self.rng.choice(GIVEN)) in self._taken:
            pass
        self._taken.add(name)
        return name

    def phone(self, foreign: bool = False) -> str:
        """A number that looks like one and is nobody's."""
        while (
            number := f"+00 555 {self.rng.randint(1000, 9999)}"
            if foreign
            else f"1380000{self.rng.randint(1000, 9999)}"
        ) in self._taken:
            pass
        self._taken.add(number)
        return number

    def _address(self, line: Line) -> str:
        number = self.rng.randint(6, 288)
        if line.foreign:
            return (
                f"{number} {'工業団地' if line.province == '日本' else 'Industrial Road'}, "
                f"{line.city}, {line.province}"
            )
        return f"{line.province}{line.city}{self.rng.choice(ROADS)}{number}号"

    def add_part_numbers(self, moments: Iterator[datetime]) -> None:
        """The numbers under which vehicle makers and contract makers order, entered model by model."""
        for product in self.products:
            parts = [
                {
                    "customer_id": customer.id,
                    "part_no": f"{self.rng.randint(1000, 9999)}-{self.rng.randint(100000, 999999)}",
                }
                for customer in self.customers
                if customer.customer_type in ("oem", "contract_maker") and product in self.buys[customer.id]
            ]
            if parts:
                product.edit(by=self.people["engineer"], on=next(moments), customer_parts=parts)

    # Shipments

    def import_shipments(self, on: datetime, days: list[date], by: User) -> None:
        """What was sent on these days, one shipment each: a workbook, imported."""
        name = f"出货明细{days[0]:%Y%m%d}-{days[-1]:%Y%m%d}.xlsx"
        rows = [self._shipment(day) for day in days]
        self.sent += Shipment.bring_in(
            rows,
            lines=[*range(2, len(rows) + 2)],
            files=[[name, hashlib.sha256(name.encode()).hexdigest()]],
            by=by,
            on=on,
        )

    def sent_lately(self, day: date) -> dict[int, list[tuple[int, Shipment]]]:
        """What was sent in the four months before a day, by product: how many days ago, and the shipment."""
        lately: dict[int, list[tuple[int, Shipment]]] = {}
        for one in reversed(self.sent):
            ago = (day - one.shipped_on).days
            if ago > 125:
                break
            if ago > 0:
                lately.setdefault(one.product_id, []).append((ago, one))
        return lately

    # Complaints

    def fitting(self, problem: dict[str, Any]) -> list[int]:
        """The products that can have a problem."""
        if id(problem) not in self._fitting:
            self._fitting[id(problem)] = [
                one.id
                for one in self.products
                if self.family[one.id] in problem["on"]
                and one.model in problem.get("models", (one.model,))
                and one.model not in problem.get("but", ())
            ]
        return self._fitting[id(problem)]

    def knows(self, one: Shipment, problem: dict[str, Any], sentences: tuple[str, ...]) -> bool:
        """Whether this customer told of the problem with this model before, or the same words were used in a
        case of this customer."""
        return (one.customer_id, one.product_id, problem["defect"]) in self.told or any(
            (one.customer_id, sentence) in self.said for sentence in sentences
        )

    def remember(
        self, one: Shipment, problem: dict[str, Any], sentences: tuple[str, ...], when: datetime
    ) -> None:
        self.complained.add(one.customer_id)
        self.told[one.customer_id, one.product_id, problem["defect"]] = problem, when
        self.said.update([*sentences, *((one.customer_id, sentence) for sentence in sentences)])

    def ship(self, on: datetime) -> None:
        """One shipment of the day, entered by planning or by the warehouse."""
        by = self.rng.choice(self.people.with_role("planner", "warehouse_keeper"))
        self.sent.append(Shipment.create(by=by, on=on, **self._shipment(on.date())))

    def _shipment(self, shipped_on: date) -> dict[str, Any]:
        """Large customers are sent to more often."""
        rng = self.rng
        customer = rng.choice(
            [one for one in self.customers if one.short_name in BIG]
            if rng.random() < 0.35
            else self.customers
        )
        product = rng.choice(self.buys[customer.id])
        made = shipped_on - timedelta(days=rng.randint(3, 9))
        while not self.calendar.is_working(made):
            made -= timedelta(days=1)
        low, high = LOT_SIZES[self.family[product.id]]
        self._serial += 1
        return {
            "customer_id": customer.id,
            "product_id": product.id,
            "order_no": f"SO{shipped_on:%y%m}-{self._serial:04d}",
            "lot_no": f"L{made:%y%m%d}{rng.choice('ABC')}{rng.randint(1, 6)}",
            "quantity": int(round(rng.triangular(low, high, low * 1.6), -1)),
            "shipped_on": shipped_on,
            "produced_on": made,
        }
