"""What Spark's Parquet says differently from a DuckDB file, table by table, in SQL alone."""

from pathlib import Path

import duckdb

# Types that Parquet or Spark have no name of their own for, and what stands for them.
STANDS_FOR = {"JSON": "VARCHAR", "HUGEINT": "DECIMAL(38,0)"}


def differences(marts: Path, parquet: Path, schema: str = "marts") -> list[str]:
    """One sentence for each table or view whose columns, types or rows differ.

    Args:
        marts: A DuckDB file.
        parquet: A folder that has a folder of Parquet files for each table and view.
        schema: Which of the file's schemas.
    """
    with duckdb.connect() as db:
        db.execute("set TimeZone = 'UTC'")
        db.execute(f"attach '{marts}' as ours (read_only)")
        db.execute("use ours")
        query = "select table_name from information_schema.tables where table_schema = ? order by 1"
        names = [name for (name,) in db.execute(query, [schema]).fetchall()]
        assert names
        said = [_difference(db, f"{schema}.{name}", parquet / name) for name in names]
    return [each for each in said if each]


def _difference(db: duckdb.DuckDBPyConnection, table: str, folder: Path) -> str | None:
    if not any(folder.glob("*.parquet")):
        return f"{table} is not there"
    ours, theirs = f"from {table}", f"from read_parquet('{folder}/*.parquet')"
    columns, found = _columns(db, ours), _columns(db, theirs)
    expected = {name: STANDS_FOR.get(of, of) for name, of in columns.items()}
    if found != expected:
        return f"{table}: columns {sorted(set(expected.items()) ^ set(found.items()))}"
    values = ", ".join(_value(name, of) for name, of in columns.items())
    only_ours = _count(db, f"select {values} {ours} except all select {values} {theirs}")
    only_theirs = _count(db, f"select {values} {theirs} except all select {values} {ours}")
    if only_ours or only_theirs:
        return f"{table}: {only_ours} rows are DuckDB's alone, {only_theirs} Spark's"
    return None


def _columns(db: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    described = db.execute(f"describe select * {relation}").fetchall()
    return {str(name): str(of) for name, of, *_ in described}


def _value(name: str, of: str) -> str:
    # a map's keys come in no order of their own, and neither do those of JSON
    if of.startswith("MAP"):
        return f'list_sort(map_entries("{name}")) as "{name}"'
    return f'cast("{name}" as {STANDS_FOR.get(of, of)}) as "{name}"'


def _count(db: duckdb.DuckDBPyConnection, query: str) -> int:
    [(count,)] = db.execute(f"select count(*) from ({query})").fetchall()
    return int(count)
