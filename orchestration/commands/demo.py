"""`make demo`: a sandbox Atlas, a refreshed demo warehouse, Dagster and the dashboard over it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from orchestration.commands.demo_config import months_away, write_demo_config
from orchestration.commands.leash import GRACE_S, leash
from orchestration.commands.processes import (
    Addresses,
    services,
    stop_on_signals,
    wait_for_any,
)
from orchestration.settings import PROJECT_ROOT, SettingsError

# Commands that leave something to see; the second one only plans.
ACTIONS = (
    "create_snapshot project=shop cluster=shop-prod description=before-the-release --apply",
    "update_cluster project=shop name=shop-global instance_size=M50",
)
DEMO_DATA = PROJECT_ROOT / "data" / "demo"
KEYS = ("PUBLIC_KEY", "PRIVATE_KEY")
OURS = ("MONGODB_ATLAS_", "ATLAS_COSTS_", "DAGSTER_HOME")


def demo(*, once: bool, at: Addresses) -> int:
    """Run the demo; returns an exit code.

    Raises:
        SettingsError: a port is in use, or the sandbox did not start.
    """
    stop_on_signals()
    if not once:
        at.require_door(allow_anonymous=False)
        at.require_free()
    program = str(Path(sys.executable).with_name("atlas-costs"))
    today = datetime.now(UTC).date()
    write_demo_config(DEMO_DATA / "config", today)
    has_history = (DEMO_DATA / "statements").exists()
    with _sandbox(program) as exported:
        env = {**clean_environment(), **exported}
        if not has_history:
            _act(program, env)
        code = subprocess.run([program, "refresh"], env=env, check=False).returncode
        if not has_history and code != 1:
            _close_month(program, env, months_away(today, -2))
        if once or code == 1:
            return code
        return _stay(env, at)


@contextmanager
def _sandbox(program: str) -> Iterator[dict[str, str]]:
    """A sandbox that ends with us, and the variables that lead to it."""
    with leash() as held:
        sandbox = subprocess.Popen(
            [program, "sandbox", "--port", "0"],
            env=clean_environment(),
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        held.hold(sandbox.pid)
        try:
            yield _exports(sandbox)
        finally:
            _end(sandbox)
            held.release(sandbox.pid)


def _act(program: str, env: dict[str, str]) -> None:
    """Both at once: most of their time is Dagster's start."""
    started = [_quiet(program, env, "do", *each.split()) for each in ACTIONS]
    for each in started:
        _await(each)


def _close_month(program: str, env: dict[str, str], month: date) -> None:
    """Close a month, and read again, because statements are published by a refresh."""
    print(f"Closing {month:%B %Y}, and refreshing once more …", flush=True)
    if _await(_quiet(program, env, "statement", "close", f"{month:%Y-%m}")):
        _await(_quiet(program, env, "refresh"))


def _quiet(program: str, env: dict[str, str], *words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [program, *words],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _await(command: "subprocess.Popen[str]") -> bool:
    """Whether it went well; what it said is for who wonders why not."""
    said, _ = command.communicate()
    if command.returncode:
        print(said, file=sys.stderr, flush=True)
    return command.returncode == 0


def _end(sandbox: subprocess.Popen[str]) -> None:
    """It keeps nothing, so one that does not end by itself is killed."""
    sandbox.terminate()
    try:
        sandbox.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        sandbox.kill()
        sandbox.wait()


def clean_environment() -> dict[str, str]:
    """This environment without any real key, `.env`, connection, or real data folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return {
        **kept,
        "ATLAS_COSTS_ENV_FILE": "",
        "ATLAS_COSTS_DATA_DIR": str(DEMO_DATA),
        # connections.yaml names real organizations, and variables of any name with their keys
        "ATLAS_COSTS_CONFIG_DIR": str(DEMO_DATA / "config"),
    }


def _exports(sandbox: subprocess.Popen[str]) -> dict[str, str]:
    """The variables the sandbox prints once it serves."""
    wanted = {"BASE_URL", "ORG_ID", *KEYS, *(f"PROVISIONING_{each}" for each in KEYS)}
    found: dict[str, str] = {}
    for line in sandbox.stdout or ():
        name, _, value = line.strip().removeprefix("export ").partition("=")
        if name.removeprefix("MONGODB_ATLAS_") in wanted:
            found[name] = value.strip("'\"")
        if len(found) == len(wanted):
            return found
    raise SettingsError("The sandbox did not start; run `atlas-costs sandbox` to see why.")


def _stay(env: dict[str, str], at: Addresses) -> int:
    env = {**env, "DAGSTER_HOME": str(DEMO_DATA / "dagster")}
    with services(at, env) as processes:
        print(f"\n{at.told()}\n", flush=True)
        return wait_for_any(processes)
