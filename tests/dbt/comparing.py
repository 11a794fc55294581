"""What Spark's Parquet says differently from a DuckDB file, table by table, in SQL alone."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
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
    with _opened(marts) as db:
        said = [_of_parquet(db, f"{schema}.{name}", parquet / name) for name in _names(db, schema)]
    return [each for each in said if each]


def differences_of_files(marts: Path, others: Path, schema: str = "marts") -> list[str]:
    """The same of two DuckDB files, whose columns are of the same types."""
    with _opened(marts) as db:
        db.execute(f"attach '{others}' as theirs (read_only)")
        said = [
            _difference(db, f"{schema}.{name}", f"from theirs.{schema}.{name}", {})
            for name in _names(db, schema)
        ]
    return [each for each in said if each]


@contextmanager
def _opened(marts: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as db:
        db.execute("set TimeZone = 'UTC'")
        db.execute(f"attach '{marts}' as ours (read_only)")
        db.execute("use ours")
        yield db


def _names(db: duckdb.DuckDBPyConnection, schema: str) -> list[str]:
    query = """select table_name from information_schema.tables
        where table_catalog = 'ours' and table_schema = ? order by 1"""
    names = [name for (name,) in db.execute(query, [schema]).fetchall()]
    assert names
    return names


def _of_parquet(db: duckdb.DuckDBPyConnection, table: str, folder: Path) -> str | None:
    if not any(folder.glob("*.parquet")):
        return f"{table} is not there"
    return _difference(db, table, f"from read_parquet('{folder}/*.parquet')", STANDS_FOR)


def _difference(
    db: duckdb.DuckDBPyConnection, table: str, theirs: str, stands_for: Mapping[str, str]
) -> str | None:
    ours = f"from {table}"
    columns, found = _columns(db, ours), _columns(db, theirs)
    expected = {name: stands_for.get(of, of) for name, of in columns.items()}
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
