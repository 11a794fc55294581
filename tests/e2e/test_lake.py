"""A lake of a warehouse that a real refresh made, as a user exports it."""

import os
import subprocess
import sys
from pathlib import Path

from tests.orchestration.lakes import Lake, differences, mart_of


def export(data: Path, to: str, *options: str) -> subprocess.CompletedProcess[str]:
    settings = {
        "ATLAS_COSTS_DATA_DIR": str(data),
        "ATLAS_COSTS_CONFIG_DIR": str(data / "no_config"),
        "ATLAS_COSTS_ENV_FILE": "",
    }
    return subprocess.run(
        [Path(sys.executable).with_name("atlas-costs"), "export", "lake", "--to", to, *options],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_mart_of_a_refresh_is_exported_to_the_cent(refreshed, tmp_path):
    lake = Lake(str(tmp_path / "lake"))
    done = export(refreshed, lake.url)
    assert done.returncode == 0, done.stderr
    marts = lake.manifest()["marts"]
    assert f"(export 1): {len(marts)} marts in {len(lake.data())} files" in done.stdout
    warehouse = refreshed / "atlas_costs.duckdb"
    with lake.opened(warehouse.resolve()) as db:
        names = db.execute("from information_schema.tables where table_schema = 'marts'").fetchall()
        cents = db.execute("select sum(cost_cents) from marts.fct_line_items").fetchone()
    assert len(marts) == len(names)
    assert mart_of(lake.manifest(), "fct_line_items")["totals_cents"]["cost_cents"] == cents[0]
    assert differences(lake, warehouse.resolve()) == {}

    again = export(refreshed, lake.url)
    assert ", 0 of them new (0 bytes); 0 old files removed." in again.stdout, again.stderr


def test_what_cannot_be_is_one_sentence(refreshed, tmp_path):
    done = export(refreshed, "ftp://host/costs")
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert "write a folder, s3://bucket/" in done.stderr
