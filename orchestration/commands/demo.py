"""`make demo`: a sandbox Atlas, a refreshed demo warehouse, Dagster and the dashboard over it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
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
from orchestration.settings import HOME, SettingsError

# What leaves something to see; the second one only plans.
ACTIONS = (
    (
        "create_snapshot",
        "project=shop",
        "cluster=shop-prod",
        "description=before the release",
        "--apply",
    ),
    ("update_cluster", "project=shop", "name=shop-global", "instance_size=M50"),
)
DEMO_DATA = HOME / "data" / "demo"
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
    with _sandbox(program) as exported:
        env = {**clean_environment(), **exported}
        code = _refresh(program, env, today)
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


def _refresh(program: str, env: dict[str, str], today: date) -> int:
    """Refresh; at the demo's first start with actions before it and a closed month after it."""
    is_first = not (DEMO_DATA / "statements").exists()
    if is_first:
        # at once, because most of their time is Dagster's start
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda each: _quietly(program, env, "do", *each), ACTIONS))
    code = subprocess.run([program, "refresh"], env=env, check=False).returncode
    if is_first and code != 1:
        month = months_away(today, -2)
        print(f"Closing {month:%B %Y} and refreshing once more …", flush=True)
        # statements are published by the refresh after them
        if _quietly(program, env, "statement", "close", f"{month:%Y-%m}"):
            _quietly(program, env, "refresh")
    return code


def _quietly(program: str, env: dict[str, str], *words: str) -> bool:
    """Whether it went well; what it said is shown to nobody but who wonders why not."""
    done = subprocess.run([program, *words], env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stdout + done.stderr, file=sys.stderr, flush=True)
    return done.returncode == 0


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
