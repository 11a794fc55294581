"""What a command starts ends with it, however the command ends. Real processes, really killed."""

import os
import signal
import subprocess
import sys
import time

import pytest

from orchestration.commands.processes import running

# It says its children's ids once they run, then waits; they and theirs would sleep for an hour.
CHILD = (
    "import subprocess, sys, time; "
    "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(3600)']); "
    "print(flush=True); time.sleep(3600)"
)
# Whoever runs tests in the background may have told them to ignore Ctrl-C, which is inherited.
COMMAND = f"""
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)
from orchestration.commands.processes import running
child = [sys.executable, "-c", {CHILD!r}]
with running(child, child) as started:
    print(*[each.pid for each in started], flush=True)
    time.sleep(3600)
"""


def is_there(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_processes_of_a_command_that_is_killed_end_with_theirs(how):
    with subprocess.Popen(
        [sys.executable, "-c", COMMAND], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as command:
        # each child has written an empty line to the same pipe
        said = [command.stdout.readline() for _ in range(3)]
        [groups] = [[int(each) for each in line.split()] for line in said if line.strip()]
        assert all(map(is_there, groups))
        command.send_signal(how)
        try:
            command.wait(30)
        finally:
            command.kill()
        until = time.monotonic() + 30
        while any(map(is_there, groups)) and time.monotonic() < until:
            time.sleep(0.1)
    assert not any(map(is_there, groups))


def test_without_its_watcher_a_command_still_stops_what_it_started(monkeypatch):
    started = []
    start = subprocess.Popen

    def started_here(*given, **named):
        started.append(start(*given, **named))
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", started_here)
    with running([sys.executable, "-c", "import time; time.sleep(3600)"]) as [process]:
        [watcher] = [each for each in started if each is not process]
        watcher.kill()
        watcher.wait()
    assert process.returncode is not None
