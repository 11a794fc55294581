"""The FinOps Foundation's own validator over thirteen months of the sandbox, as FOCUS 1.2.

What fails is in focus_exceptions.csv with its reason, or the test fails; a reason that nothing
needs any more fails it too.
"""

import csv
import re
import subprocess
from pathlib import Path

import pytest

import sandbox as sandbox_package
from tests.conftest import ROOT
from tests.e2e.focus_rules import focus_rules_hold

PYTHON = ROOT / ".venv-focus" / "bin" / "python"
VALIDATOR = PYTHON.with_name("focus-validator")
EXCEPTIONS = Path(__file__).with_name("focus_exceptions.csv")
OUTCOME = re.compile(r"(\w+-[A-Z]-\d{3}-[A-Z]): (PASS|FAIL|SKIPPED|ERROR)")


@pytest.fixture(scope="module")
def rules() -> Path:
    """The folder around the validator's package: it looks for its rules beneath where it runs."""
    if not (PYTHON.parent.parent / ".done").exists():
        pytest.skip("the FOCUS validator is not installed: `make focus-check` wants Python 3.12")
    asked = "import pathlib, focus_validator as f; print(pathlib.Path(f.__file__).parents[1])"
    done = subprocess.run([PYTHON, "-c", asked], check=True, capture_output=True, text=True)
    return Path(done.stdout.strip())


def validate(file: Path, rules: Path) -> dict[str, str]:
    """Rule → PASS, FAIL or SKIPPED, with every criterion of applicability taken to hold."""
    done = subprocess.run(
        [
            *(VALIDATOR, "--data-file", file, "--validate-version", "1.2", "--block-download"),
            *("--applicability-criteria", "ALL"),
        ],
        cwd=rules,
        capture_output=True,
        text=True,
        check=False,
    )
    outcomes = dict(OUTCOME.findall(done.stdout))
    assert len(outcomes) > 500, done.stdout[-2000:] + done.stderr[-2000:]
    return outcomes


@pytest.mark.wide
def test_the_validator_finds_nothing_that_has_no_reason(rules, world, tmp_path):
    with sandbox_package.running(seed=7, months=13) as sandbox:
        run = world.run("refresh", ATLAS_COSTS_FOCUS_REPORTS="true", **sandbox.environment())
    assert run.code == 0, run.said
    assert focus_rules_hold(world)
    file = tmp_path / "focus.csv"
    assert world.run("export", "focus", "--spec", "1.2", "-o", str(file)).code == 0
    outcomes = validate(file, rules)
    with EXCEPTIONS.open(newline="") as listed:
        reasons = {row["rule"]: row["reason"] for row in csv.DictReader(listed)}
    failed = {rule for rule, outcome in outcomes.items() if outcome in {"FAIL", "ERROR"}}
    assert failed == set(reasons)
    assert all(reasons.values())
    assert sum(outcome == "PASS" for outcome in outcomes.values()) > 300
