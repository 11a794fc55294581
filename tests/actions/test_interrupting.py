"""Ctrl-C while Atlas is waited for: one sentence, an exit code of its own, nothing lost."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from orchestration.commands.do import STOPPED
from tests.actions.cases import CASES, new_cluster
from tests.actions.running import apply, kept_records

PROGRAM = str(Path(sys.executable).with_name("atlas-costs"))
PATIENCE_S = 240.0


def test_ctrl_c_says_what_goes_on_and_how_to_go_on_waiting(stage, tmp_path):
    case = CASES["create_cluster"]
    values = new_cluster(stage.project)
    stage.sandbox.control("pace", {"seconds": 1e9})
    told = [f"{name}={each}" for name, each in values.items()]
    process = subprocess.Popen(
        [PROGRAM, "do", "create_cluster", *told, "--apply"],
        env={**os.environ, "ATLAS_COSTS_ENV_FILE": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    until = time.monotonic() + PATIENCE_S
    while not any(each.outcome == "in_progress" and each.atlas_ids for each in kept_records()):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.2)
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate(timeout=PATIENCE_S)
    left = next(each for each in kept_records() if each.action == "create_cluster")
    assert left.outcome == "in_progress"
    assert process.returncode == STOPPED, (out, errors)
    sentence = " ".join(out.split())
    assert f"cluster_id {left.atlas_ids['cluster_id']}" in sentence
    assert "run the same action again to go on waiting" in sentence
    assert "Traceback" not in out + errors
    stage.sandbox.control("pace", {"seconds": 0})
    assert apply("create_cluster", **values).outcome == "adopted"
    assert case.sent_in(stage.writes()) == 1
