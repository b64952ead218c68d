"""People out of a table: names, usernames, roles and departments. The accounts begin without a password.

A person is the same as one who has an account when both the username and the name agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from cs.extensions import db
from cs.imports.cells import Problem, comparable
from cs.imports.kinds import Kind, Known, Remark
from cs.imports.tables import Line
from cs.procedure.authority import ANY_DEPARTMENT, Permission
from cs.records.departments import ADMINISTRATOR, Department
from cs.records.passwords import normal_username
from cs.records.procedure import rulebook
from cs.records.search import in_latin_letters
from cs.records.users import Roles, User

_N = str  # marks a text for translation
MAX_USERNAME_LENGTH = 50
_BETWEEN = re.compile(r"[、,，;；\n]+| / ")
_YES = {"是", "y", "yes", "√", "✓", "1", "true", "负责人", "部门负责人", "主管", "head"}
_NO = {"否", "n", "no", "0", "false", "不是"}


def role_words(language: str) -> dict[str, str]:
    """Return {word: role} of what a cell may say: names in both languages, and each part of 业务员/跟单员."""
    words: dict[str, str] = {}
    for code, role in rulebook().roles.items():
        words.setdefault(role.name.in_(language), code)
    for code, role in rulebook().roles.items():
        for name in (role.name.zh, role.name.en):
            for word in (name, *name.split("/"), re.sub(r"[（(].*?[)）]", "", name)):
                words.setdefault(word.strip(), code)
    return words


def department_words(language: str) -> dict[str, str]:
    """Return {word: department} of the departments in use: names in both languages and other names."""
    words: dict[str, str] = {}
    rows = list(
        db.session.execute(select(Department).where(Department.active).order_by(Department.id)).scalars()
    )
    for row in rows:
        words.setdefault(row.name_in(language), row.code)
    for row in rows:
        known = rulebook().departments.get(row.code)
        for word in (row.zh, row.en, *(known.aliases if known else ())):
            words.setdefault(word, row.code)
    return words


class _People:
    """The usernames in use, read once for a table, and those that its lines were given."""

    def __init__(self) -> None:
        rows = db.session.execute(select(User.username, User.name))
        self.names = {row.username: comparable(row.name) for row in rows}
        self.proposed: dict[str, int] = {}  # comparable name: row of the line it was proposed for
        self.roles = {comparable(word): code for word, code in role_words("zh").items()}
        self.departments = {comparable(word): code for word, code in department_words("zh").items()}

    @classmethod
    def of(cls, known: Known) -> _People:
        people: _People | None = known.__dict__.get("people")
        if people is None:
            people = known.__dict__["people"] = cls()
        return people

    def propose(self, name: str) -> str | None:
        """Return a username for a name, its pinyin: that of an account of this name, else a free one."""
        for username, known_name in self.names.items():
            if known_name == comparable(name):
                return username
        base = "".join(letter for letter in in_latin_letters(name) if letter.isascii() and letter.isalnum())[
            : MAX_USERNAME_LENGTH - 3
        ]
        if not base:
            return None
        number = 1
        while True:
            username = base if number == 1 else f"{base}{number}"
            if username not in self.names:
                self.names[username] = comparable(name)
                return username
            number += 1


def _codes(column: str, cell: Any, words: dict[str, str], fault: str, problems: list[Problem]) -> list[str]:
    """Return the codes that a cell names, each once; a word that nobody knows becomes a problem."""
    codes: dict[str, None] = {}
    if cell and (whole := words.get(comparable(str(cell)))):
        return [whole]
    for word in _BETWEEN.split(str(cell or "")):
        for part in [word] if comparable(word) in words else word.split("/"):
            if not part.strip():
                continue
            code = words.get(comparable(part))
            if code is None:
                problems.append(Problem(column, fault, {"value": part.strip()}))
            else:
                codes[code] = None
    return list(codes)


def _memberships(roles: list[str], departments: list[str], problems: list[Problem]) -> Roles:
    """Return each role with its department: its own where the line names it or none, else the one named."""
    held: dict[tuple[str | None, str], None] = {}
    home = {role: rulebook().roles[role].department for role in roles}
    own = {department for department in home.values() if department}
    for role in roles:
        if role == ANY_DEPARTMENT:
            named = [code for code in departments if code not in own] or departments
            if not named:
                problems.append(Problem("departments", "member_without_department"))
            held |= dict.fromkeys((code, role) for code in named)
        elif home[role] in departments or not departments or len(departments) > 1:
            held[home[role], role] = None
        else:
            held[departments[0] if home[role] else None, role] = None
    used = {department for department, _role in held}
    read_only = all(home[role] is None and role != ANY_DEPARTMENT for role in roles)
    for code in departments:
        if code not in used and not read_only and roles:
            name = db.session.execute(select(Department.zh).where(Department.code == code)).scalar()
            problems.append(Problem("departments", "department_without_role", {"value": name}))
    return [(department, role, False) for department, role in held]


def _headed(cell: Any, memberships: Roles, people: _People, problems: list[Problem]) -> set[str]:
    """Return the departments that the person heads: by yes, or by name where there are several."""
    word, own = comparable(str(cell or "")), {department for department, *_rest in memberships if department}
    if not word or word in _NO:
        return set()
    if word in _YES:
        if len(own) != 1:
            problems.append(Problem("head", "head_of_which" if own else "head_without_department"))
        return own if len(own) == 1 else set()
    named = set(_codes("head", cell, people.departments, "head_unclear", problems))
    if named - own:
        problems.append(Problem("head", "head_of_another", {"value": cell}))
    return named & own


def _with_heads(memberships: Roles, headed: Iterable[str]) -> Roles:
    """Mark the first membership in each department that the person heads."""
    left, marked = set(headed), []
    for department, role, _head in memberships:
        marked.append((department, role, department in left))
        left.discard(department or "")
    return marked


def _read_person(line: Line, known: Known, problems: list[Problem]) -> dict[str, Any]:
    cells, people = line.values, _People.of(known)
    name, username = cells["display_name"], normal_username(str(cells["username"] or ""))
    if username and any(letter.isspace() for letter in username):
        problems.append(Problem("username", "username_with_spaces"))
    elif not username and name:
        username = _proposed_username(line, str(name), people, problems)
    roles = _codes("roles", cells["roles"], people.roles, "unknown_role", problems)
    if ADMINISTRATOR in roles:
        problems.append(Problem("roles", "administrator_by_import"))
    departments = _codes(
        "departments", cells["departments"], people.departments, "unknown_department", problems
    )
    memberships = [] if _faulty(problems) else _memberships(roles, departments, problems)
    headed = _headed(cells["head"], memberships, people, problems) if not _faulty(problems) else set()
    return {
        "username": username,
        "name": name,
        "note": cells["note"],
        "memberships": _with_heads(memberships, headed),
    }


def _faulty(problems: list[Problem]) -> bool:
    return any(not isinstance(problem, Remark) for problem in problems)


def _proposed_username(line: Line, name: str, people: _People, problems: list[Problem]) -> str:
    """Return the username that the name gives, with a remark that says so."""
    if comparable(name) in people.proposed:
        row = people.proposed[comparable(name)]
        problems.append(Problem("username", "same_name_twice", {"value": name, "row": row}))
        return ""
    people.proposed[comparable(name)] = line.number
    username = people.propose(name)
    if username is None:
        problems.append(Problem("username", "no_username", {"value": name}))
        return ""
    problems.append(Remark("username", "username_proposed", {"value": username, "name": name}))
    return username


def _known_people(keys: list[str]) -> dict[str, str]:
    """Return the keys of those who have an account."""
    rows = db.session.execute(select(User.username, User.name))
    return {key: "active" for row in rows if (key := _key(row.username, row.name)) in set(keys)}


def _key(username: str, name: str) -> str:
    return f"{username}\n{comparable(name)}"


PEOPLE = Kind(
    "admin",
    User,
    Permission.ADMINISTER,
    (
        (
            "display_name",
            "text",
            ("员工姓名", "人员姓名", "名字", "中文名", "full name"),
            {"required": True, "max_length": 50},
        ),
        (
            "username",
            "text",
            ("账号", "登录名", "登录账号", "用户账号", "account", "login"),
            {"max_length": MAX_USERNAME_LENGTH},
        ),
        (
            "roles",
            "text",
            ("角色", "岗位名称", "系统岗位", "role"),
            {"required": True, "max_length": 200, "words": role_words},
        ),
        (
            "departments",
            "text",
            ("所属部门", "部门名称", "department"),
            {"max_length": 200, "words": department_words},
        ),
        ("head", "text", ("负责人", "是否负责人", "是否部门负责人"), {"label": "is_head", "max_length": 60}),
        ("note", "text", ("说明", "职务", "职位", "job title", "remarks"), {"max_length": 200}),
    ),
    _read_person,
    lambda values: _key(values["username"], values["name"]),
    (
        {
            "display_name": "林晓雯",
            "username": "linxiaowen",
            "roles": "业务员",
            "departments": "业务部",
            "head": "否",
        },
        {
            "display_name": "陈志强",
            "roles": "品质主管、检验员",
            "departments": "品质部",
            "head": "是",
            "note": "品质部负责人",
        },
    ),
    own_number=(User.username, User.name),
    called="people",
    explained=(
        _N("Each line is one person. Several roles or departments stand in one cell, between them a comma."),
        _N("Without a user name the program proposes one from the pinyin of the name."),
        _N("Head of department: yes or no; of several departments the name of the one that is headed."),
        _N("Accounts begin without a password: print the account slips afterwards and hand them out."),
        _N("Who already has an account of the same name and user name is not changed."),
    ),
    index="admin.people",
    known_keys=_known_people,
    notes="note",
    decisive=("username", "departments", "head"),
)
