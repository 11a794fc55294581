"""The README shows what the demo really prints: `make readme` writes it, `make check` compares.

Compared is the shape, because figures and dates go with the day: a line that is new, gone or worded
otherwise makes the README false.
"""

import difflib
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from orchestration.commands import demo
from orchestration.commands.processes import Addresses
from tests.conftest import ROOT

README = ROOT / "README.md"
BLOCK = re.compile(r"```console\n(?P<told>.*?)```", re.DOTALL)
DEMO, QUERY = "$ make demo ARGS=--once", "$ .venv/bin/atlas-costs sql"
# Of the lines with a time, those that a reader learns from; one of each.
TELLING = (
    "reading invoice",
    "invoices changed",
    "FOCUS reports read",
    "projects read",
    "building and testing",
    "published version",
    "requests",
)
TIMED = re.compile(r"\d\d:\d\d:\d\d  ")
MONTHS = "January February March April May June July August September October November December"


def written(readme: str, folder: Path) -> str:
    """The README with its demo and its query as they come out now."""

    def now(block: re.Match[str]) -> str:
        told = block["told"]
        if told.startswith(DEMO):
            told = _demo(folder)
        elif told.startswith(QUERY):
            told = _query(folder, told)
        return f"```console\n{told}```"

    return BLOCK.sub(now, readme)


def shape(readme: str) -> list[str]:
    """Its lines without what goes with the day and with the size of what was billed."""
    text = re.sub(r"\b[0-9a-f]{24}\b", "ID", readme)
    text = re.sub(r"\d[\d,.TZ:-]*", "0", text)
    text = re.sub("|".join(MONTHS.split()), "MONTH", text)
    return re.sub(r"[━─]+|  +", " ", text).splitlines()


def _demo(folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tests.readme", "--demo", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"The demo failed: {done.stdout}{done.stderr}")
    lines = [DEMO, "Installing into .venv …", *_telling((done.stderr + done.stdout).splitlines())]
    return "\n".join(lines) + "\n"


def _telling(lines: list[str]) -> Iterator[str]:
    wanted = list(TELLING)
    for line in lines:
        found = next((each for each in wanted if each in line), None)
        if not TIMED.match(line):
            yield line
        elif found:
            wanted.remove(found)
            yield line
            if found == TELLING[0]:
                yield "…"


def _query(folder: Path, block: str) -> str:
    """The command as it stands in the README, with what it prints."""
    command = block[: block.rindex('"') + 1]
    done = subprocess.run(
        ["/bin/sh", "-c", command.removeprefix("$ ")],
        cwd=ROOT,
        env={**demo.clean_environment(), "ATLAS_COSTS_DATA_DIR": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    return f"{command}\n{done.stdout}"


def main(arguments: list[str]) -> int:
    """Write the README anew, or with --check say where it is no longer what is printed."""
    if arguments[:1] == ["--demo"]:
        demo.DEMO_DATA = Path(arguments[1])
        return demo.demo(once=True, at=Addresses("127.0.0.1", 8501, 3000))
    with tempfile.TemporaryDirectory() as folder:
        now = written(README.read_text(), Path(folder))
    if "--check" not in arguments:
        README.write_text(now)
        return 0
    here, there = shape(README.read_text()), shape(now)
    differing = difflib.unified_diff(here, there, "README.md", "what is printed", lineterm="")
    if told := "\n".join(differing):
        print(f"{told}\nREADME.md shows other output than the commands print: run `make readme`.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
