"""A whole refresh of the demo's organization, as a person starts it: first, and with little new."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

from benchmarks.measure import ROOT, Failed
from orchestration.commands import demo

PROGRAM = str(Path(sys.executable).with_name("atlas-costs"))


def clean_environment(data: Path) -> dict[str, str]:
    """This environment with nothing of a real organization, for a data folder of its own."""
    return demo.clean_environment() | {
        "ATLAS_COSTS_DATA_DIR": str(data),
        "ATLAS_COSTS_CONFIG_DIR": str(data / "no config"),
    }


def refresh(folder: Path, rounds: int) -> None:
    """Print wall and CPU seconds of the command, children included; the sandbox is not counted."""
    data = folder / "refresh"
    clean = clean_environment(data)
    print("\nA refresh of the demo's organization")
    with sandbox(clean) as keys:
        environment = clean | keys

        def run(name: str, before: Callable[[], object] = lambda: None) -> None:
            before()
            _timed(name, environment)

        def a_project() -> None:
            new = ["create_project", f"name=bench-{time.time_ns()}", "--apply"]
            subprocess.run([PROGRAM, "do", *new], env=environment, check=True, capture_output=True)

        def a_day() -> None:
            control(keys["MONGODB_ATLAS_BASE_URL"], "clock", {"days": 1})

        run("first")
        for _ in range(rounds):
            run("nothing new")
            run("a project more", a_project)
            run("a day later", a_day)


@contextmanager
def sandbox(environment: dict[str, str]) -> Iterator[dict[str, str]]:
    """The variables that reach a sandbox in a process of its own."""
    command = [PROGRAM, "sandbox", "--port", "0"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield _exports(process)
        finally:
            process.terminate()


def _exports(process: subprocess.Popen[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in process.stdout or ():
        name, is_set, value = line.strip().removeprefix("export ").partition("=")
        if is_set and name.startswith("MONGODB_ATLAS_"):
            found[name] = value.strip("'\"")
        if "MONGODB_ATLAS_PROVISIONING_PRIVATE_KEY" in found:
            return found
    raise Failed("The sandbox did not start.")


def control(url: str, name: str, body: dict[str, int]) -> None:
    """Call one of the sandbox's controls."""
    headers = {"Content-Type": "application/json"}
    asked = Request(f"{url}/sandbox/{name}", json.dumps(body).encode(), headers)  # noqa: S310  ours
    with urlopen(asked):  # noqa: S310  as above
        pass


def _timed(name: str, environment: dict[str, str]) -> None:
    began = time.perf_counter()
    with subprocess.Popen(
        [PROGRAM, "refresh"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise Failed(f"A refresh ended with exit code {process.returncode}.")
    cpu = used.ru_utime + used.ru_stime
    print(f"  {name}: {time.perf_counter() - began:.2f} s wall, {cpu:.2f} s CPU", flush=True)
