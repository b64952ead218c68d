"""What a new section gets by describing itself in one file; see made_up_section.py."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.source import ROOT


def test_a_section_of_one_file_is_seen_everywhere(tmp_path: Path):
    run = subprocess.run(
        [sys.executable, "-m", "tests.made_up_section", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
        encoding="utf-8",
    )
    assert run.returncode == 0, run.stderr[-2000:]
    assert json.loads(run.stdout.splitlines()[-1]) == {
        "made": 303,
        "record": "通止规 rulers",
        "highlighted": ["Gauges"],
        "highlighted on its files": ["Gauges"],
        "found by number": "/gauges/1",
        "its work": True,
        "begun from My work": True,
        "register": "1,通止规",
        "on the list of registers": True,
        "evidence": True,
        "steps": 200,
    }
