"""Thousands of small organizations: a sandbox that serves them, an installation that reads them.

Each has a key of its own, three invoices and about 82 lines: a flex cluster and a support fee.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from orchestration.commands.demo import clean_environment

ROOT = Path(__file__).parents[1]
MONTHS = 3
TODAY = "2026-05-20"
SEED = 1000
ENTRY = """\
  - name: org{number}
    org_id: {org_id}
    base_url: {url}
    public_key_env: ORG{number}_PUBLIC
    private_key_env: ORG{number}_PRIVATE
"""
Sums = dict[str, tuple[int, int]]


@dataclass(frozen=True)
class Crowd:
    """A sandbox of small organizations in a process of its own.

    Attributes:
        url: Its address.
        keys: Of each organization, in the order of their connections org0, org1 and so on.
    """

    url: str
    keys: list[dict[str, str]]

    def control(self, name: str) -> Any:  # noqa: ANN401  JSON of any shape
        """GET one of the sandbox's controls."""
        with urlopen(f"{self.url}/sandbox/{name}") as answer:  # noqa: S310  our own
            return json.load(answer)

    def truth(self) -> dict[str, Sums]:
        """Organization id → month → lines and cents of its invoice, in the sandbox's own words."""
        found = {}
        for each in self.keys:
            told = self.control(f"truth?org_id={each['org_id']}")
            lines = [header["line_items"] for header in told["header"].values()]
            months = sorted(told["by_invoice_month"].items(), reverse=True)
            found[each["org_id"]] = {
                month: (count, cents) for count, (month, cents) in zip(lines, months, strict=True)
            }
        return found

    def requests(self) -> list[dict[str, Any]]:
        """What it was asked since it started."""
        found: list[dict[str, Any]] = self.control("requests")
        return found

    def move_clock(self) -> None:
        """Let a day pass."""
        day = Request(f"{self.url}/sandbox/clock", b'{"days": 1}')  # noqa: S310  our own
        urlopen(day).close()  # noqa: S310  as above

    def environment(self, folder: Path) -> dict[str, str]:
        """Write the configuration of an installation in a folder; the variables that lead to it."""
        config = folder / "config"
        config.mkdir(parents=True, exist_ok=True)
        entries, kept = "connections:\n", ""
        for number, each in enumerate(self.keys):
            entries += ENTRY.format(number=number, org_id=each["org_id"], url=self.url)
            kept += f"ORG{number}_PUBLIC={each['public_key']}\n"
            kept += f"ORG{number}_PRIVATE={each['private_key']}\n"
        (config / "connections.yaml").write_text(entries)
        (folder / "env").write_text(kept)
        return clean_environment() | {
            "ATLAS_COSTS_DATA_DIR": str(folder / "data"),
            "ATLAS_COSTS_CONFIG_DIR": str(config),
            "ATLAS_COSTS_ENV_FILE": str(folder / "env"),
        }


@contextmanager
def crowd(count: int, months: int = MONTHS) -> Iterator[Crowd]:
    """Serve so many organizations until it is left."""
    options = ["--organizations", count, "--months", months, "--today", TODAY, "--seed", SEED]
    command = [sys.executable, "-m", "sandbox", "--port", "0", *map(str, options)]
    with subprocess.Popen(
        command, cwd=ROOT, env=dict(os.environ), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None  # noqa: S101  it is a pipe
        try:
            url = process.stdout.readline().split()[3]
            yield Crowd(url, Crowd(url, []).control("credentials"))
        finally:
            process.terminate()
