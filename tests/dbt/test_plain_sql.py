"""What the benchmark runs as plain SQL is what dbt runs: the same tables come of it."""

import duckdb

from benchmarks.building import Place

TABLES = """
select format('"{}"."{}"', schema_name, table_name)
from duckdb_tables() where database_name = 'warehouse'"""


def test_the_statements_of_a_build_make_the_same_tables_again(built, tmp_path):
    place = Place(built[0].folder)
    copy = built[0].copy_to(tmp_path).marts
    with duckdb.connect() as db:
        db.execute("set TimeZone = 'UTC'")
        db.execute(f"attach '{copy}' as warehouse")
        db.execute(f"attach '{place.raw}' as raw (read_only)")
        before = _counts(db)
        for statement in place.statements():
            db.execute(statement)
        assert _counts(db) == before


def _counts(db: duckdb.DuckDBPyConnection) -> dict[str, int]:
    names = [name for (name,) in db.sql(TABLES).fetchall()]
    assert '"marts"."fct_cost_changes"' in names
    return {name: db.sql(f"select * from warehouse.{name}").shape[0] for name in names}
