"""The register of complaints that the factory kept in Excel before the program was there: imported on the
first day (5.6)."""

from __future__ import annotations

import csv
import hashlib
import io
from datetime import date, datetime, timedelta

from cs.imports.history import REGISTER
from cs.imports.plans import apply_plan, plan_import
from cs.imports.tables import read_table
from cs.models.complaints.complaint import Complaint
from cs.records.users import User

TITLES = (
    "投诉编号",
    "客诉日期",
    "客户",
    "型号",
    "出货数量",
    "检查数量",
    "不良数量",
    "不良描述",
    "不良类别",
    "严重程度",
    "问题性质",
    "责任归属",
    "责任单位",
    "原因分析",
    "改善对策",
    "应回复日期",
    "实际回复日期",
    "客户反馈",
    "延误原因",
    "结案日期",
    "结案状态",
)

# days before the introduction | replied after | closed after | customer | model | shipped | checked |
# defective | what was wrong | category | severity | nature
# | liability | department | cause | measure
ROWS = """
196|1|19|铄途电子|MJ-H9020|300|80|2|开机停在LOGO画面，断电重启后正常|软件|MA|偶发|本公司|工程部|升级包烧录中断未校验|烧录后增加校验，不合格自动报警
181|2|24|骐砚车业|MJ-S65C|2000|125|3|扬声器低音有擦圈声|性能/功能|MA|偶发|本公司|生产部|中心治具磨损|治具列入每周点检
167|2|31|澜驭汽车|MJ-A4080|240|60|6|输出时有时无，轻拍机壳恢复|焊接|MA|批次|本公司|工艺部|波峰焊预热温度偏低|预热温度调到115度，增加敲击测试
149|1|12|锦跸汽配|MJ-S50C|800|50|1|纸盆边缘有裂口|外观|MI|偶发|本公司|生产部|周转时叠放|改用带格吸塑盘
133|4|27|浦雁车品|MJ-W10A|120|30|2|低音炮不开机，指示灯不亮|性能/功能|MA|偶发|供应商|品质部|热敏电阻来料混料|上料时首盘测值
118|2|15|音屿电声|MJ-P210|600|200|4|板面有锡珠|焊接|MI|偶发|本公司|工艺部|回流升温过快|炉温曲线每班确认
97|1|9|渝骢车品|MJ-S69C|400|40|3|外箱破损，网罩压伤|包装|MI|偶发|运输|业务部|物流公司叉车叉破|要求物流公司赔付，外箱加护角
83|2|22|禾骋汽车|MJ-N1025|90|30|1|屏幕右侧有竖亮线|外观|MA|偶发|供应商|品质部|液晶屏来料压伤|屏幕来料增加通电全检
64|2|18|晨缰代工|MJ-X16P|3000|200|5|插头公端针脚歪斜|装配|MA|偶发|本公司|生产部|端子压接模具磨损|模具每五万次更换
41|2|20|蓉骁音响|MJ-H1D5|150|30|2|蓝牙连接后音乐断续|性能/功能|MI|偶发|本公司|工程部|天线焊盘虚焊|天线改为点胶固定
""".strip()
LIMIT = 2  # days to reply, then as now


def _register_line(number: int, row: str, day: date) -> list[str]:
    ago, replied, closed, *columns = row.split("|")
    heard = day - timedelta(days=int(ago))
    customer, model, *counts = columns[:5]
    late = int(replied) > LIMIT
    return [
        f"KS-{heard:%Y}-{number:03d}",
        str(heard),
        customer,
        model,
        *counts,
        *columns[5:13],
        str(heard + timedelta(days=LIMIT)),
        str(heard + timedelta(days=int(replied))),
        "接受",
        "供应商报告晚到，已先电话说明" if late else "",
        str(heard + timedelta(days=int(closed))),
        "已结案",
    ]


def bring_in(by: User, on: datetime) -> list[Complaint]:
    """Read, plan and apply the table, as the page of imports does."""
    text = io.StringIO()
    csv.writer(text).writerows(
        [TITLES, *(_register_line(3 + 4 * n, row, on.date()) for n, row in enumerate(ROWS.splitlines()))]
    )
    data, name = text.getvalue().encode("utf-8-sig"), "客户投诉一览表（旧）.csv"
    table = read_table(io.BytesIO(data), name, REGISTER.columns("zh"))
    return apply_plan(
        REGISTER, plan_import(REGISTER, table, on), [name, hashlib.sha256(data).hexdigest()], by=by, on=on
    )
