"""manage.py: what it prepares, starts and passes on. A stand-in pip, flask and pytest live in a real .venv,
so no network."""

import ast
import contextlib
import importlib.util
import itertools
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import time
import venv
from pathlib import Path

import pytest

import manage

REPO = Path(manage.__file__).parent

# Each stand-in writes what it was asked to do into calls.jsonl beside manage.py.
NOTE = """
import json, os, sys, time
def note(what, **more):
    with open("calls.jsonl", "a") as f:
        f.write(json.dumps(dict(what=what, args=sys.argv[1:], **more)) + "\\n")
"""
PIP = """
from note import note
import os, sys, time
note("pip begins")
time.sleep(float(os.environ.get("PIP_TAKES", 0)))
print(os.environ.get("PIP_SAYS", "pip talks"))
note("pip ended")
sys.exit("PIP_SAYS" in os.environ)
"""
FLASK = """
from note import note
import os, signal, sys, time
names = ("CS_DATA", "DATABASE_URL", "PYTHONUTF8")
note("flask", cwd=os.getcwd(), env={name: os.environ.get(name) for name in names})
if "serve" in sys.argv and "SERVER_STAYS" in os.environ:
    signal.signal(signal.SIGTERM, lambda *_: (note("server ended cleanly"), sys.exit(0)))
    note("server is up", pid=os.getpid())
    time.sleep(30)
print('{"pure": true}')
sys.exit(int(os.environ.get("FLASK_EXITS", 0)) if "init" in sys.argv else 0)
"""
PYTEST = """
from note import note
import os, sys
note("pytest", chromium=os.environ.get("CS_CHROMIUM"))
sys.exit(3)
"""


class House:
    """A copy of the repo's outside: manage.py, small locks, and a .venv with the stand-ins."""

    def __init__(self, root):
        self.root = root
        self.env = {**os.environ, "PATH": f"{root / 'bin'}{os.pathsep}{os.environ['PATH']}"}
        for name in ("CS_DATA", "DATABASE_URL", "CS_CHROMIUM", "PYTHONWARNINGS"):
            self.env.pop(name, None)

    def start(self, *arguments, **env):
        command = [sys.executable, str(self.root / "manage.py"), *arguments]
        pipe = subprocess.PIPE
        env = {**self.env, **env}
        return subprocess.Popen(command, env=env, stdout=pipe, stderr=pipe, text=True, encoding="utf-8")

    def manage(self, *arguments, **env):
        with self.start(*arguments, **env) as process:
            out, err = process.communicate(timeout=20)
        return process.returncode, out, err

    def calls(self):
        log = self.root / "calls.jsonl"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    def happened(self, what):
        return [call for call in self.calls() if call["what"] == what]

    def wait_for(self, what):
        deadline = time.monotonic() + 10
        while not self.happened(what):
            assert time.monotonic() < deadline, f"{what!r} never happened: {self.calls()}"
            time.sleep(0.02)
        return self.happened(what)[0]


@pytest.fixture
def house(tmp_path):
    shutil.copy(REPO / "manage.py", tmp_path)
    for name in manage.DEV_LOCKS:
        (tmp_path / name).write_text("# none\n")
    venv.create(tmp_path / ".venv", symlinks=os.name != "nt")
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(tmp_path / ".venv")}))
    (packages / "note.py").write_text(NOTE)
    for name, text in (("pip", PIP), ("flask", FLASK), ("pytest", PYTEST)):
        (packages / name).mkdir()
        (packages / name / "__init__.py").touch()
        (packages / name / "__main__.py").write_text(text)
    (tmp_path / "bin").mkdir()
    for name in ("chromium", "fc-list", "pdftotext"):
        (tmp_path / "bin" / name).write_text("#!/bin/sh\necho NotoSansCJK\n")
        (tmp_path / "bin" / name).chmod(0o755)
    return House(tmp_path)


@pytest.fixture
def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


# --- preparing ----------------------------------------------------------------------------------------------


def test_the_first_start_installs_and_the_second_does_not(house):
    house.manage("flask", "routes")
    house.manage("flask", "routes")
    assert [call["what"] for call in house.calls()] == ["pip begins", "pip ended", "flask", "flask"]


def test_pip_installs_every_runtime_lock_by_hash_and_resolves_nothing(house):
    house.manage("flask", "routes")
    arguments = house.happened("pip begins")[0]["args"]
    locks = [Path(after).name for option, after in itertools.pairwise(arguments) if option == "-r"]
    assert locks == ["requirements.txt", "requirements-assets.txt"]
    assert {"--require-hashes", "--no-deps", "--only-binary=:all:"} <= set(arguments)


@pytest.mark.parametrize("name", manage.RUNTIME_LOCKS)
def test_a_changed_lock_is_installed_at_the_next_start(house, name):
    house.manage("flask", "routes")
    (house.root / name).write_text("# one more\n")
    house.manage("flask", "routes")
    assert len(house.happened("pip ended")) == 2


def test_other_line_ends_are_no_change_of_a_lock(house):
    before = manage.lock_digest(house.root, "runtime")
    (house.root / "requirements.txt").write_bytes(b"# none\r\n")
    assert manage.lock_digest(house.root, "runtime") == before


def test_what_the_tests_need_serves_the_program_too(house):
    house.manage("test")
    house.manage("flask", "routes")
    assert len(house.happened("pip begins")) == 1


def test_a_failed_install_is_one_clear_line_and_is_repeated(house):
    code, out, err = house.manage(
        "flask", "routes", PIP_SAYS="ERROR: Max retries exceeded (NewConnectionError)"
    )
    assert (code, out) == (1, "")
    assert [line for line in err.splitlines() if "install failed" in line] == [err.splitlines()[-1]]
    assert "cannot be reached" in err
    assert "you can safely try again" in err
    assert house.manage("flask", "routes")[0] == 0
    assert len(house.happened("pip begins")) == 2


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        (
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE",
            "is not the one that was locked",
        ),
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        ("ERROR: No matching distribution found for x==1 (from versions: none)", "cannot be reached"),
        ("ERROR: No matching distribution found for x==1", "no build for this machine"),
        ("Traceback\nRuntimeError: odd\n\n", "RuntimeError: odd"),
    ],
)
def test_the_cause_of_a_failed_install_is_named(said, cause):
    assert cause in str(manage.explain(said, Path("install.log")))


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process without a word to it")
def test_an_install_told_to_end_takes_pip_with_it_and_is_repeated(house):
    with house.start("flask", "routes", PIP_TAKES="20") as process:
        house.wait_for("pip begins")
        process.terminate()
        assert process.wait(10) == 128 + signal.SIGTERM
    assert house.happened("pip ended") == []
    assert house.manage("flask", "routes")[0] == 0
    assert len(house.happened("pip ended")) == 1


def test_after_half_an_upgrade_the_old_lock_is_installed_again(house):
    house.manage("flask", "routes")
    (house.root / "requirements.txt").write_text("# the upgrade\n")
    house.manage("flask", "routes", PIP_SAYS="ERROR: half way")
    (house.root / "requirements.txt").write_text("# none\n")
    house.manage("flask", "routes")
    assert len(house.happened("pip begins")) == 3


@pytest.mark.skipif(os.name == "nt", reason="on Windows the orphan does not hold the lock")
def test_a_killed_install_is_waited_for_and_repeated(house):
    with house.start("flask", "routes", PIP_TAKES="1") as process:
        house.wait_for("pip begins")
        process.kill()
    assert house.manage("flask", "routes")[0] == 0
    names = [call["what"] for call in house.calls()]
    assert names == ["pip begins", "pip ended", "pip begins", "pip ended", "flask"]


def test_two_starts_at_once_install_once(house):
    with (
        house.start("flask", "one", PIP_TAKES="0.5") as first,
        house.start("flask", "two", PIP_TAKES="0.5") as second,
    ):
        first.communicate(timeout=20)
        second.communicate(timeout=20)
    assert len(house.happened("pip begins")) == 1
    assert sorted(call["args"][-1] for call in house.happened("flask")) == ["one", "two"]


def test_a_broken_environment_is_made_anew(house, monkeypatch):
    monkeypatch.setattr(manage, "install", lambda root, purpose, held: None)
    manage.prepare(house.root, "runtime")
    manage.python_of(house.root).unlink()
    (house.root / ".venv" / "leftover").touch()
    manage.prepare(house.root, "runtime")
    assert manage.works(house.root)
    assert not (house.root / ".venv" / "leftover").exists()
    assert manage.is_ready(house.root, "runtime")


def test_a_bare_debian_is_told_in_one_line_what_to_install(house, monkeypatch, capsys):
    manage.python_of(house.root).unlink()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with restored_signals():
        assert manage.main(["flask", "routes"], house.root) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert lines[0].endswith("apt install python3-venv")


def test_an_old_python_is_told_which_one_is_needed(monkeypatch, capsys):
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    assert manage.main(["run"]) == 1
    assert "Python 3.11 or newer is needed" in capsys.readouterr().err


def test_an_old_python_can_read_the_file_at_all():
    ast.parse((REPO / "manage.py").read_text(encoding="utf-8"), feature_version=(3, 7))


@contextlib.contextmanager
def restored_signals():
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


# --- run ----------------------------------------------------------------------------------------------------


def test_run_prepares_the_data_and_then_serves_it_to_the_intranet(house, free_port):
    assert house.manage("run", "--port", free_port)[0] == 0
    init, serve = house.happened("flask")
    assert init["args"] == ["--app", "app", "init"]
    assert serve["args"] == ["--app", "app", "serve", "--host", "0.0.0.0", "--port", free_port]
    assert init["env"] == serve["env"]
    assert serve["env"] == {"CS_DATA": str(house.root / "instance"), "DATABASE_URL": None, "PYTHONUTF8": "1"}
    assert init["cwd"] == serve["cwd"] == str(house.root)


def test_the_demo_stays_on_this_computer_and_in_its_own_folder(house, free_port):
    site = {"CS_DATA": "/srv/site", "DATABASE_URL": "postgresql:///site"}
    assert house.manage("run", "--demo", "--today", "2026-11-20", "--port", free_port, **site)[0] == 0
    init, serve = house.happened("flask")
    assert init["args"][2:] == ["init", "--demo", "--today", "2026-11-20"]
    assert serve["args"][2:] == ["serve", "--host", "127.0.0.1", "--port", free_port]
    assert serve["env"] == {
        "CS_DATA": str(house.root / "instance-demo"),
        "DATABASE_URL": None,
        "PYTHONUTF8": "1",
    }


def test_the_site_keeps_its_own_settings(house, free_port):
    folder = str(house.root / "site")
    house.manage("run", "--port", free_port, CS_DATA=folder, DATABASE_URL="postgresql:///site")
    assert house.happened("flask")[1]["env"] == {
        "CS_DATA": folder,
        "DATABASE_URL": "postgresql:///site",
        "PYTHONUTF8": "1",
    }


@pytest.mark.parametrize("kind", [["--demo"], []])
def test_data_and_host_may_be_chosen(house, free_port, kind):
    folder = str(house.root / "elsewhere")
    house.manage(
        "run", *kind, "--data", folder, "--host", "localhost", "--port", free_port, CS_DATA="/srv/site"
    )
    serve = house.happened("flask")[1]
    assert serve["env"]["CS_DATA"] == folder
    assert serve["args"][2:] == ["serve", "--host", "localhost", "--port", free_port]


def test_nothing_is_served_when_the_data_cannot_be_prepared(house, free_port):
    assert house.manage("run", "--port", free_port, FLASK_EXITS="4")[0] == 4
    assert [call["args"][2] for call in house.happened("flask")] == ["init"]


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process without a word to it")
def test_a_server_told_to_end_ends_cleanly_and_leaves_nothing_behind(house, free_port):
    with house.start("run", "--demo", "--port", free_port, SERVER_STAYS="1") as process:
        server = house.wait_for("server is up")
        assert server["pid"] == process.pid
        process.terminate()
        assert process.wait(10) == 0
    assert len(house.happened("server ended cleanly")) == 1


def test_a_port_in_use_is_one_clear_line_before_anything_is_touched(house):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        code, out, err = house.manage("run", "--demo", "--port", str(port))
    assert (code, out) == (1, "")
    assert err.count("\n") == 1
    assert f"port {port} is in use" in err
    assert house.calls() == []


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["run", "--port", "0"], "--port"),
        (["run", "--port", "http"], "--port"),
        (["run", "--demo", "--today", "20.11.2026"], "--today"),
        (["run", "--today", "2026-11-20"], "--today"),
        (["walk"], "walk"),
        (["flask", "--data"], "--data"),
        ([], "COMMAND"),
    ],
)
def test_a_wrong_argument_is_named(arguments, named, capsys):
    with pytest.raises(SystemExit) as stopped:
        manage.parse(arguments)
    assert stopped.value.code == 2
    assert named in capsys.readouterr().err.splitlines()[-1]


# --- flask, test --------------------------------------------------------------------------------------------


def test_a_command_of_the_program_prints_nothing_but_its_own_even_at_first(house):
    code, out, _err = house.manage("flask", "procedure", "--json")
    assert (code, json.loads(out)) == (0, {"pure": True})
    assert house.happened("flask")[0]["args"] == ["--app", "app", "procedure", "--json"]


def test_a_prepared_command_says_nothing_on_stderr_either(house):
    house.manage("flask", "verify")
    assert house.manage("flask", "verify") == (0, '{"pure": true}\n', "")


@pytest.mark.parametrize("spelled", [["--data", "{}"], ["--data={}"]])
def test_a_command_of_the_program_may_name_its_data(house, spelled):
    folder = str(house.root / "elsewhere")
    house.manage("flask", *[part.format(folder) for part in spelled], "verify", "--data", "its own")
    call = house.happened("flask")[0]
    assert call["env"]["CS_DATA"] == folder
    assert call["args"][2:] == ["verify", "--data", "its own"]


def test_the_tests_get_their_arguments_and_give_back_their_exit_code(house):
    code, _out, _err = house.manage("test", "-q", "-k", "login")
    assert code == 3
    call = house.happened("pytest")[0]
    assert call["args"] == ["-q", "-k", "login"]
    assert call["chromium"] == str(house.root / "bin" / "chromium")


def test_without_root_the_missing_system_packages_are_named_and_the_tests_go_on(monkeypatch, capsys):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    manage.need_system_packages()
    assert "apt install chromium fonts-noto-cjk poppler-utils" in capsys.readouterr().err


def test_with_root_on_a_debian_the_missing_system_packages_are_installed(monkeypatch):
    ran = []
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/apt-get" if name == "apt-get" else None)
    monkeypatch.setattr(manage, "call", lambda command, **_: ran.append(command) or 0)
    manage.need_system_packages()
    assert [command[1] for command in ran] == ["update", "install"]
    assert ran[1][-3:] == ["chromium", "fonts-noto-cjk", "poppler-utils"]


# --- the locks ----------------------------------------------------------------------------------------------


def pins(name):
    return set(re.findall(r"^[\w.-]+==\S+", (REPO / name).read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("name", manage.DEV_LOCKS)
def test_a_lock_pins_by_hash_and_tells_no_address(name):
    text = (REPO / name).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[\w.-]+==)", text)[1:]
    assert len(entries) == len(pins(name))
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    assert re.findall(r"://|index-url|find-links|(?:^|\s)/\w", text) == []


def test_the_tests_run_with_the_very_packages_of_the_program():
    assert pins("requirements.txt") - pins("requirements-dev.txt") == set()
    assert len(pins("requirements.txt")) > 10


def test_every_requirement_stands_in_its_lock():
    for source in ("requirements.in", "requirements-dev.in", "requirements-assets.in"):
        wanted = re.findall(r"^[a-z][\w-]*", (REPO / source).read_text(encoding="utf-8"), re.MULTILINE)
        locked = {pin.split("==")[0] for pin in pins(source.replace(".in", ".txt"))}
        assert set(wanted) - locked == set()


def test_django_itself_is_never_installed():
    names = {pin.split("==")[0] for name in manage.DEV_LOCKS for pin in pins(name)}
    assert "django-htmx" in names
    assert "django" not in names


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_backup_and_restore_are_the_programs_own_commands_on_the_data_named(house, tmp_path, command):
    house.manage(command, str(tmp_path / "copy"), "--data", str(tmp_path / "data"))
    (call,) = house.happened("flask")
    assert call["args"][-2:] == [command, str(tmp_path / "copy")]
    assert call["env"]["CS_DATA"] == str(tmp_path / "data")
