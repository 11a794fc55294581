"""What compares Spark's marts with DuckDB's sees a cent, a type, a column and a table."""

from pathlib import Path

import duckdb
import pytest

from .comparing import differences

SAME = "select 1 as id, map {'b': ['x'], 'a': ['y']} as tags, 7::bigint as cents"


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        (SAME, []),
        (SAME.replace("'b': ['x'], 'a': ['y']", "'a': ['y'], 'b': ['x']"), []),
        (SAME.replace("7", "8"), ["marts.costs: 1 rows are DuckDB's alone, 1 Spark's"]),
        (f"{SAME} union all {SAME}", ["marts.costs: 0 rows are DuckDB's alone, 1 Spark's"]),
        (SAME.replace("'x'", "'y'"), ["marts.costs: 1 rows are DuckDB's alone, 1 Spark's"]),
        (
            SAME.replace("bigint", "integer"),
            ["marts.costs: columns [('cents', 'BIGINT'), ('cents', 'INTEGER')]"],
        ),
        (f"select *, 1 as more from ({SAME})", ["marts.costs: columns [('more', 'INTEGER')]"]),
        (None, ["marts.costs is not there"]),
    ],
)
def test_what_differs_is_said(tmp_path: Path, theirs: str | None, said: list[str]):
    (tmp_path / "costs").mkdir()
    with duckdb.connect(str(tmp_path / "ours.duckdb")) as db:
        db.execute("create schema marts")
        db.execute(f"create table marts.costs as {SAME}")
        if theirs:
            db.execute(f"copy ({theirs}) to '{tmp_path}/costs/part.parquet'")
    assert differences(tmp_path / "ours.duckdb", tmp_path) == said
