#!/usr/bin/env python3
"""The commands of this program: run it, test it, check it, lock its packages. Nothing but Python is needed
beforehand.

    python3 manage.py run --demo        a demo year in a folder of its own, on this computer only
    python3 manage.py run               the real thing, for everybody on the intranet
    python3 manage.py backup DIR        copy the whole site into a new folder, while it is at work
    python3 manage.py restore DIR       put such a copy in the place of the data, which are set aside
    python3 manage.py test              the tests (arguments go to pytest)
    python3 manage.py flask COMMAND     the program's own commands; `flask --help` lists them
    python3 manage.py check             ruff, mypy, djlint
    python3 manage.py lock [--upgrade]  write the requirements*.txt anew from the requirements*.in

It keeps a Python environment in .venv beside itself, installed from the locks by hash. Standard library only;
the syntax stays readable to Python 3.7, so that an old Python gets a sentence and not a syntax error. What it
says itself goes to stderr: stdout belongs to the command.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import errno
import hashlib
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
OLDEST_PYTHON = (3, 11)
UV = "uv==0.13.9"  # only `lock` uses it, so it is not in the locks itself

# What each purpose installs. Every lock is complete, so pip never resolves anything (--no-deps): that is
# quick, and it
# is how django-htmx can be installed for its one file, htmx-2.min.js, without Django.
RUNTIME_LOCKS = ("requirements.txt", "requirements-assets.txt")
DEV_LOCKS = ("requirements-dev.txt", *RUNTIME_LOCKS)
LOCKS = {"runtime": RUNTIME_LOCKS, "dev": DEV_LOCKS}

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
CHECKS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("djlint", "cs/templates", "--lint", "--profile=jinja", "--quiet"),
)


class Trouble(Exception):
    """Something a person can put right: one line in each language, no traceback."""

    def __init__(self, zh, en):
        super().__init__(f"{zh} / {en}")


def say(zh, en):
    print(f"[manage] {zh} / {en}", file=sys.stderr, flush=True)


# --- children -----------------------------------------------------------------------------------------------


def call(command, *, env=None, cwd=None, output=None, keep=()):
    """Run a child to its end and return its exit code. If we are told to end, the child ends first.

    keep: file descriptors that the child holds open too (POSIX). It holds the lock on .venv in that way, so
    that an install whose parent was killed is waited for by the next start and not run twice at once.
    """
    pass_fds = tuple(keep) if os.name == "posix" else ()
    child = subprocess.Popen(
        command, env=env, cwd=cwd, stdout=output, stderr=output and subprocess.STDOUT, pass_fds=pass_fds
    )
    try:
        return child.wait()
    except BaseException as reason:
        # On Windows Ctrl-C has reached the child already, which is cleaning up; to terminate it would cut
        # that short.
        if os.name == "posix" or not isinstance(reason, KeyboardInterrupt):
            child.terminate()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        raise


def become(command, *, env, cwd):
    """Turn into the command. On POSIX by exec: Ctrl-C and SIGTERM then reach it directly and nothing stays
    behind."""
    if os.name != "posix":
        return call(command, env=env, cwd=cwd)
    os.chdir(cwd)
    sys.stdout.flush()
    sys.stderr.flush()
    return os.execve(command[0], command, env)


def leave_on_signal(number, _frame):
    signal.signal(number, signal.SIG_IGN)  # once is enough; a second one must not cut the cleaning up short
    raise SystemExit(128 + number)


# --- the environment in .venv -------------------------------------------------------------------------------


def python_of(root):
    """The interpreter inside .venv."""
    return root / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def works(root):
    """Whether .venv has a Python that starts, is new enough and finds its own pip. Not after the system's
    Python went from 3.11 to 3.13 below it, nor after somebody killed its making."""
    probe = f"import sys, pip; sys.exit(sys.prefix == sys.base_prefix or sys.version_info < {OLDEST_PYTHON})"
    command = [str(python_of(root)), "-I", "-c", probe]
    try:
        return subprocess.call(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def stamp_of(root, purpose):
    return root / ".venv" / f"installed-{purpose}"


def lock_digest(root, purpose):
    """SHA-256 over the purpose's locks, the same whichever line ends git gave them."""
    digest = hashlib.sha256()
    for name in LOCKS[purpose]:
        digest.update(name.encode() + b"\0" + (root / name).read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return digest.hexdigest()


def is_ready(root, purpose):
    """Whether what the locks say today is what was installed, to the end."""
    try:
        return stamp_of(root, purpose).read_text() == lock_digest(root, purpose) and works(root)
    except FileNotFoundError:
        return False


@contextlib.contextmanager
def only_one(root):
    """Hold .venv for one start at a time; the system frees it when the holder (and its pip) ends, however
    that was."""
    venv = root / ".venv"
    venv.mkdir(exist_ok=True)
    with (venv / "manage.lock").open("a") as handle:
        said = False
        while not _try_lock(handle):
            if not said:
                say(
                    "另一个启动正在准备环境，等待中",
                    "another start is preparing the environment, waiting for it",
                )
                said = True
            time.sleep(0.2)
        yield handle.fileno()


def _try_lock(handle):
    try:
        if sys.platform == "win32":
            import msvcrt

            handle.seek(0)
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def make_venv(root, held):
    """Make .venv anew if it does not work. The lock file stays: other starts hold or wait for it."""
    if works(root):
        return
    venv = root / ".venv"
    need_ensurepip()
    say("建立 Python 环境 .venv", "making the Python environment .venv")
    for entry in venv.iterdir():
        if entry.name == "manage.lock":
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    # The base interpreter, not sys.executable: that may be the one inside the .venv which was just removed.
    base = getattr(sys, "_base_executable", None) or sys.executable
    if call([base, "-m", "venv", str(venv)], output=subprocess.DEVNULL, keep=[held]) != 0 or not works(root):
        raise Trouble(
            f"无法在 {venv} 建立 Python 环境（磁盘已满或不可写？）",
            f"the Python environment {venv} cannot be created (disk full or not writable?)",
        )


def has_ensurepip():
    """Bare Debian ships Python without it. (An empty folder left of a removed one is found, but has no
    file.)"""
    spec = importlib.util.find_spec("ensurepip")
    return spec is not None and spec.origin is not None


def need_ensurepip():
    if not has_ensurepip():
        raise Trouble(
            "缺少 venv 模块，请先运行: apt install python3-venv", "run first: apt install python3-venv"
        )


def prepare(root, purpose):
    """Make .venv hold what the purpose's locks say. Safe to kill and repeat: the stamp goes first and comes
    last."""
    if is_ready(root, purpose):
        return
    with only_one(root) as held:
        if is_ready(root, purpose):
            return  # the start that we waited for did it
        make_venv(root, held)
        for each in LOCKS:
            with contextlib.suppress(FileNotFoundError):
                stamp_of(root, each).unlink()
        digests = {each: lock_digest(root, each) for each in LOCKS}
        install(root, purpose, held)
        # The dev lock holds every pin of the runtime lock (a test compares them), so it serves both.
        for each in LOCKS if purpose == "dev" else (purpose,):
            stamp = stamp_of(root, each)
            stamp.with_suffix(".new").write_text(digests[each])
            stamp.with_suffix(".new").replace(stamp)


def install(root, purpose, held):
    """Let pip install the purpose's locks; what pip says goes to .venv/install.log. Raises Trouble with the
    cause."""
    say("安装所需软件包（通常不到一分钟）", "installing the packages (usually under a minute)")
    # Wheels only: nothing gets compiled on a factory's server. Settings of the site's pip (a mirror, a proxy)
    # hold.
    command = [str(python_of(root)), "-I", "-X", "utf8", "-m", "pip", "install", "--quiet", "--no-input"]
    command += ["--disable-pip-version-check", "--no-deps", "--require-hashes", "--only-binary=:all:"]
    for name in LOCKS[purpose]:
        if name != "requirements.txt" or purpose == "runtime":  # its pins stand in the dev lock too
            command += ["-r", str(root / name)]
    log = root / ".venv" / "install.log"
    with log.open("wb") as output:
        code = call(command, cwd=str(root), output=output, keep=[held])
    if code != 0:
        raise explain(log.read_text(encoding="utf-8", errors="replace"), log)


def explain(text, log):
    """Why pip failed, in one line; the whole story stays in the log."""
    causes = (
        (
            ("DO NOT MATCH THE HASHES",),
            "软件包与锁定的校验值不符",
            "a package is not the one that was locked (hash)",
        ),
        (("No space left", "Errno 28"), "磁盘已满", "the disk is full"),
        (
            (
                "NewConnectionError",
                "ConnectTimeout",
                "ReadTimeout",
                "name resolution",
                "getaddrinfo",
                "Max retries",
                "ProxyError",
                "SSLError",
                "Connection refused",
                "Connection reset",
                "from versions: none",
            ),
            "无法连接软件包源，请检查网络、代理或 pip 镜像设置",
            "the package index cannot be reached: check the network, the proxy or pip's mirror setting",
        ),
        (
            ("No matching distribution",),
            "没有适合本机的软件包",
            "a package has no build for this machine's Python",
        ),
    )
    for signs, zh, en in causes:
        if any(sign in text for sign in signs):
            return Trouble(
                f"安装失败：{zh}；可放心重试", f"install failed: {en}; you can safely try again ({log})"
            )
    lines = [line for line in text.splitlines() if line.strip()] or ["?"]
    return Trouble("安装失败；可放心重试", f"install failed: {lines[-1]}; you can safely try again ({log})")


# --- run ----------------------------------------------------------------------------------------------------


def environment(data):
    """The environment of the program: its data folder, and UTF-8 whatever the console's code page."""
    return {**os.environ, "CS_DATA": str(data), "PYTHONUTF8": "1"}


def data_folder(root, given, demo=False):
    """--data, else the demo's own folder, else CS_DATA, else instance/. A demo never lands in the site's
    CS_DATA."""
    if given:
        return Path(given).resolve()
    if demo:
        return root / "instance-demo"
    return Path(os.environ.get("CS_DATA") or root / "instance").resolve()


def flask(root, *arguments):
    return [str(python_of(root)), "-m", "flask", "--app", "app", *arguments]


def need_free_port(host, port):
    """Refuse before anything is prepared or migrated: the port may belong to a running server on the same
    data."""
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            if (
                os.name == "posix"
            ):  # as the server does; on Windows this option would let two servers share a port
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as reason:
        if reason.errno == errno.EADDRINUSE:
            raise Trouble(
                f"端口 {port} 已被占用，请换一个: --port {port + 1}",
                f"port {port} is in use, try: --port {port + 1}",
            ) from None
        raise Trouble(
            f"无法监听 {host}:{port}", f"cannot listen on {host}:{port}: {reason.strerror}"
        ) from None


def run(root, options):
    host = options.host or ("127.0.0.1" if options.demo else "0.0.0.0")  # noqa: S104 the intranet is its purpose
    need_free_port(host, options.port)
    prepare(root, "runtime")
    data = data_folder(root, options.data, options.demo)
    env = environment(data)
    init = flask(root, "init")
    if options.demo:
        init += ["--demo"] + (["--today", options.today] if options.today else [])
        if env.pop("DATABASE_URL", None):
            say("演示不使用 DATABASE_URL", "the demo leaves DATABASE_URL alone and uses its own folder")
    say(f"准备数据 {data}", f"preparing the data in {data}")
    code = call(init, env=env, cwd=str(root))
    if code != 0:
        return code
    serve = flask(root, "serve", "--host", host, "--port", str(options.port))
    return become(serve, env=env, cwd=str(root))


# --- test, check, lock, flask -------------------------------------------------------------------------------


def find_browser():
    """The browser for the tests: CS_CHROMIUM, or one on the PATH."""
    found = [shutil.which(name) for name in (os.environ.get("CS_CHROMIUM"), *BROWSERS) if name]
    return next((path for path in found if path), None)


def has_chinese_font():
    lister = shutil.which("fc-list")
    if not lister:
        return False
    return bool(subprocess.run([lister, ":lang=zh"], stdout=subprocess.PIPE, check=False).stdout.strip())


def missing_packages():
    """Debian's names of what `test` needs from the system and does not find."""
    packages = [] if has_ensurepip() else ["python3-venv"]
    packages += [] if find_browser() else ["chromium"]
    packages += [] if has_chinese_font() else ["fonts-noto-cjk"]
    return packages + ([] if shutil.which("pdftotext") else ["poppler-utils"])  # reads the PDFs back


def need_system_packages():
    """Install them where we may (root on a Debian, as in CI); else say what to install and let the tests go
    on."""
    if sys.platform != "linux" or not missing_packages():
        return
    packages = missing_packages()
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        names = " ".join(packages)
        say(
            f"缺少（浏览器与 PDF 测试需要）: {names}",
            f"missing, needed by the browser and PDF tests: apt install {names}",
        )
        return
    say(f"安装系统软件包 {' '.join(packages)}", "installing these Debian packages")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
        if call(["apt-get", *command], env=env, output=sys.stderr) != 0:
            raise Trouble("apt-get 失败，请稍后重试", f"apt-get {command[0]} failed, try again later")
    importlib.invalidate_caches()


def test(root, arguments):
    need_system_packages()
    prepare(root, "dev")
    env = {**os.environ, "PYTHONUTF8": "1"}
    browser = find_browser()
    if browser:
        env["CS_CHROMIUM"] = browser
    return become([str(python_of(root)), "-m", "pytest", *arguments], env=env, cwd=str(root))


def check(root):
    """All checks, whichever fail; the exit code is 1 if one did."""
    prepare(root, "dev")
    env = {**os.environ, "PYTHONUTF8": "1"}
    failed = []
    for tool, *arguments in CHECKS:
        say(f"检查 {tool}", f"checking with {tool}")
        if call([str(python_of(root)), "-m", tool, *arguments], env=env, cwd=str(root)) != 0:
            failed.append(tool)
    if failed:
        raise Trouble(f"未通过: {'、'.join(failed)}", f"failed: {', '.join(failed)}")
    return 0


def lock(root, upgrade):
    """requirements*.in -> requirements*.txt: hashes, both systems, no addresses and no paths of this
    machine."""
    with only_one(root) as held:
        make_venv(root, held)
        python = str(python_of(root))
        if call([python, "-I", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", UV]) != 0:
            raise Trouble(f"无法安装 {UV}", f"{UV} cannot be installed")
        common = [python, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--generate-hashes"]
        common += ["--python-version", "{}.{}".format(*OLDEST_PYTHON)]
        common += ["--custom-compile-command", "python3 manage.py lock"] + (["--upgrade"] if upgrade else [])
        for name, extra in (
            ("requirements", []),
            ("requirements-dev", ["--constraint", "requirements.txt"]),
            ("requirements-assets", ["--no-deps"]),
        ):
            say(f"锁定 {name}.txt", f"locking {name}.txt")
            if call([*common, *extra, "--output-file", f"{name}.txt", f"{name}.in"], cwd=str(root)) != 0:
                raise Trouble(f"{name}.in 无法锁定", f"{name}.in cannot be locked")
    return 0


# --- command line -------------------------------------------------------------------------------------------


def a_day(text):
    return datetime.date.fromisoformat(text).isoformat()


def a_port(text):
    port = int(text)
    if not 1 <= port <= 65535:
        raise ValueError(text)
    return port


def parse(argv):
    """The options of one command. What follows `test` is pytest's, and what follows `flask` (and its --data)
    Flask's."""
    parser = argparse.ArgumentParser(
        prog="manage.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    commands.required = True
    one = commands.add_parser("run", help="启动 / start the program")
    one.add_argument(
        "--demo", action="store_true", help="演示数据，独立文件夹 / a demo year in a folder of its own"
    )
    one.add_argument("--host", help="监听地址 / address (default 0.0.0.0; with --demo 127.0.0.1)")
    one.add_argument("--port", type=a_port, default=8000, help="端口 / port (default %(default)s)")
    one.add_argument(
        "--data", metavar="DIR", help="数据文件夹 / data folder (default instance/, instance-demo/)"
    )
    one.add_argument("--today", type=a_day, metavar="YYYY-MM-DD", help="演示的今天 / the demo's today")
    two = commands.add_parser("flask", help="程序自己的命令 / the program's own commands")
    two.add_argument(
        "--data", metavar="DIR", help="数据文件夹 / data folder (default CS_DATA, else instance/)"
    )
    for name, meaning in (
        ("backup", "备份到新文件夹，不必停止程序 / copy the whole site into a new folder DIR while it runs"),
        (
            "restore",
            "恢复备份，先停止程序 / put the backup in DIR in place of the data; stop it first",
        ),
    ):
        copying = commands.add_parser(name, help=meaning)
        copying.add_argument("folder", metavar="DIR", help="备份的文件夹 / the folder of the backup")
        copying.add_argument(
            "--data", metavar="DIR", help="数据文件夹 / data folder (default CS_DATA, else instance/)"
        )
    commands.add_parser("test", help="测试 / the tests; arguments go to pytest")
    commands.add_parser("check", help="静态检查 / ruff, mypy, djlint")
    three = commands.add_parser("lock", help="重新锁定软件包 / write the locks anew")
    three.add_argument("--upgrade", action="store_true", help="升级到最新 / take the newest versions allowed")

    rest = []
    if argv[:1] in (["flask"], ["test"]):
        # Split by hand: argparse would keep options such as -q or --json for itself.
        own = 1
        if argv[0] == "flask" and len(argv) > 1 and argv[1].split("=")[0] == "--data":
            own += 1 if "=" in argv[1] else 2
        argv, rest = argv[:own], argv[own:]
    options = parser.parse_args(argv)
    options.rest = rest
    if options.command == "run" and options.today and not options.demo:
        parser.error("--today 只用于 --demo / --today goes with --demo only")
    return options


def main(argv, root=ROOT):
    if sys.version_info < OLDEST_PYTHON:
        say(
            "需要 Python 3.11 或更新版本", f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}"
        )
        return 1
    options = parse(argv)
    signal.signal(signal.SIGTERM, leave_on_signal)
    try:
        if options.command == "run":
            return run(root, options)
        if options.command == "test":
            return test(root, options.rest)
        if options.command == "check":
            return check(root)
        if options.command == "lock":
            return lock(root, options.upgrade)
        prepare(root, "runtime")
        if options.command in ("backup", "restore"):
            options.rest = [options.command, str(Path(options.folder).absolute())]
        return become(
            flask(root, *options.rest), env=environment(data_folder(root, options.data)), cwd=str(root)
        )
    except Trouble as trouble:
        print(f"[manage] {trouble}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except OSError as reason:  # a folder that this user may not write, a full disk
        say("文件无法读写", f"a file cannot be read or written: {reason}")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
