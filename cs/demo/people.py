"""The demo's people: one account for each role, named by its code, and colleagues beside them. All passwords
are `demo`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from flask import current_app

from cs.records.procedure import rulebook
from cs.records.users import User

PASSWORD = "demo"  # noqa: S105 everybody may know it: the login page of a demo shows it

# Role code → who holds it. Heads of departments are 部门负责人.
HOLDERS = {
    "administrator": "何永明",
    "sales_manager": "周建华",
    "sales_clerk": "陈晓雯",
    "quality_supervisor": "郑国强",
    "quality_inspector": "刘敏",
    "engineer": "吴志远",
    "process_engineer": "孙立群",
    "production_operator": "罗小芳",
    "production_manager": "马德胜",
    "planner": "许静",
    "warehouse_keeper": "曾祥福",
    "mould_keeper": "钟伟",
    "document_controller": "邓丽娟",
    "general_manager": "林振邦",
    "department_member": "黄思敏",
    "auditor": "高文静",
}
HEADS = {
    "sales_manager",
    "quality_supervisor",
    "engineer",
    "process_engineer",
    "production_manager",
    "planner",
    "warehouse_keeper",
    "mould_keeper",
    "document_controller",
    "general_manager",
}
DEPARTMENT_OF = {"department_member": "management"}  # roles that the procedure ties to no department


@dataclass(frozen=True)
class Colleague:
    username: str
    name: str
    roles: tuple[str, ...]
    note: str | None = None


COLLEAGUES = (
    Colleague("wangli", "王莉", ("sales_clerk",), "华东、华北客户跟单"),
    Colleague("zhaoyan", "赵燕", ("sales_clerk",), "整车配套客户跟单"),
    Colleague("lihao", "李浩", ("sales_clerk",), "外贸客户"),
    Colleague("dengjie", "邓杰", ("sales_clerk",), "华南经销商"),
    Colleague("zhangwei", "张卫", ("quality_inspector",), "客诉分析，功放与主机"),
    Colleague("yangfan", "杨凡", ("quality_inspector",), "客诉分析，扬声器"),
    Colleague("tangjun", "唐军", ("quality_supervisor", "quality_inspector"), "品质主管代理人"),
    Colleague("xiehui", "谢辉", ("engineer",), "软件与导航"),
    Colleague("panlei", "潘磊", ("process_engineer",), "波峰焊、贴片工艺"),
    Colleague("heping", "何平", ("production_operator",), "组装二线班长"),
    Colleague("fengting", "冯婷", ("planner",)),
    Colleague("liangchao", "梁超", ("warehouse_keeper",), "成品仓"),
    Colleague("suqiang", "苏强", ("warehouse_keeper",), "成品仓，送货"),
)
LEFT = "liangchao"  # leaves the company within the year


class People:
    """The accounts, by username; kept in hand so that nothing loads them again."""

    def __init__(self, moments: Iterator[datetime]) -> None:
        """Make all accounts: the administrator first, the others by the administrator."""
        with _cheap_passwords():
            self.by_name: dict[str, User] = {}
            self._roles: dict[str, set[str]] = {}
            for role, name in HOLDERS.items():
                self._add(next(moments), role, name, (role,), None, head=role in HEADS)
            for colleague in COLLEAGUES:
                self._add(next(moments), colleague.username, colleague.name, colleague.roles, colleague.note)

    def _add(
        self,
        on: datetime,
        username: str,
        name: str,
        roles: tuple[str, ...],
        note: str | None,
        *,
        head: bool = False,
    ) -> None:
        known = rulebook().roles
        self._roles[username] = set(roles)
        memberships = [(known[role].department or DEPARTMENT_OF.get(role), role, head) for role in roles]
        self.by_name[username] = User.create(
            username=username,
            name=name,
            password=PASSWORD,
            memberships=memberships,
            note=note,
            must_change=False,
            by=self.by_name.get("administrator"),
            on=on,
        )

    def __getitem__(self, username: str) -> User:
        return self.by_name[username]

    def with_role(self, *roles: str) -> list[User]:
        """Return the holders of the roles who stay the whole year, in the order of the tables above."""
        return [
            user
            for name, user in self.by_name.items()
            if name != LEFT and not self._roles[name].isdisjoint(roles)
        ]

    def leave(self, on: datetime) -> None:
        """Let one colleague leave: the account stays, its sessions end."""
        self[LEFT].leave(reason="个人原因离职，工作交接给苏强。", by=self["administrator"], on=on)


@contextmanager
def _cheap_passwords() -> Iterator[None]:
    """Hash cheaply: a password that stands on the login page need not be hard to guess, and thirty slow
    hashes would take seconds."""
    cost, current_app.config["CS_PASSWORD_COST"] = current_app.config["CS_PASSWORD_COST"], 1
    try:
        yield
    finally:
        current_app.config["CS_PASSWORD_COST"] = cost
