"""FOCUS rows of the published warehouse as a file: the columns of one version, in its order.

What is ours comes last, prefixed x_. A file is written under another name beside its own and
renamed once it is whole, so that whoever reads it never sees half of it.
"""

import re
from collections.abc import Sequence
from pathlib import Path

import duckdb

from orchestration.published.reader import opened, require_table
from orchestration.published.whole_file import whole_file
from orchestration.settings import SettingsError
from reporting.focus import INVOICES, MONTHS, ORDER, OURS, SPECS

MONTH = re.compile(r"(\d{4}-(?:0[1-9]|1[0-2]))(?:\.\.(\d{4}-(?:0[1-9]|1[0-2])))?")


def export_focus(
    warehouse: Path,
    months: Sequence[str],
    spec: str,
    output: Path,
    projects: Sequence[str] = (),
) -> int:
    """Write the rows of the billing periods asked for, of all if none is; how many there are.

    Args:
        warehouse: The pointer to the newest version.
        months: `2026-05`, or `2026-01..2026-05`.
        spec: FOCUS version.
        output: A name that ends in .csv or .parquet.
        projects: Names or ids; with them, charges of no project are left out.

    Raises:
        NotPublished: there is no warehouse, or it is of a release before FOCUS.
        SettingsError: an unknown month, project, version or suffix, or no place to write.
    """
    _require(spec, output)
    with opened(warehouse) as db:
        wanted = _periods(_months_of(db), months)
        is_csv = output.suffix.lower() == ".csv"
        invoices = [invoice for (invoice,) in db.execute(INVOICES, {"months": wanted}).fetchall()]
        only = _project_ids(db, projects) if projects else None
        query = _select(db, spec, len(invoices), as_text=is_csv)
        rows = db.sql(query, params=[wanted, only, *invoices])
        with whole_file(output) as beside:
            if is_csv:
                rows.write_csv(str(beside), header=True)
            else:
                rows.write_parquet(str(beside))
            return _count(db, beside, is_csv=is_csv)


def _require(spec: str, output: Path) -> None:
    if spec not in SPECS:
        raise SettingsError(f"--spec {spec} is not one of {', '.join(SPECS)}.")
    if output.suffix.lower() not in {".csv", ".parquet"}:
        raise SettingsError(f"-o {output}: end the name in .csv or .parquet.")


def _months_of(db: duckdb.DuckDBPyConnection) -> list[str]:
    require_table(db, "focus_costs")
    return [month for (month,) in db.execute(MONTHS).fetchall() if month]


def _periods(existing: list[str], asked: Sequence[str]) -> list[str]:
    if not asked:
        return existing
    wanted = {month for each in asked for month in _matching(existing, each)}
    return sorted(wanted)


def _matching(existing: list[str], asked: str) -> list[str]:
    match = MONTH.fullmatch(asked)
    if match is None:
        raise SettingsError(f"--month {asked}: write it as 2026-05, or 2026-01..2026-05.")
    first, last = match[1], match[2] or match[1]
    found = [month for month in existing if first <= month <= last]
    if not found:
        there = f"there are {', '.join(existing)}" if existing else "there is none"
        raise SettingsError(f"No bill is of {asked}; {there}.")
    return found


def _project_ids(db: duckdb.DuckDBPyConnection, asked: Sequence[str]) -> list[str]:
    """Of each name all projects that bear it: a name may be given again after a deletion."""
    known = db.execute("select project_id, project_name from marts.dim_projects").fetchall()
    unknown = sorted(set(asked) - {text for project in known for text in project})
    if unknown:
        raise SettingsError(
            f"--project {unknown[0]} is no project's name or id; there are "
            f"{', '.join(sorted({name for _, name in known}))}."
        )
    return [project for project, name in known if {project, name} & set(asked)]


def _select(db: duckdb.DuckDBPyConnection, spec: str, invoices: int, *, as_text: bool) -> str:
    types = {name: kind for name, kind, *_ in db.execute("describe marts.focus_costs").fetchall()}
    pairs = [*((name, name) for name in SPECS[spec]), *OURS.items()]
    columns = ", ".join(
        f"{_written(column, types[column], as_text=as_text)} as {name}" for name, column in pairs
    )
    marks = ", ".join(f"${3 + number}" for number in range(invoices)) or "null"
    # in an order of its own, so that two exports of one bill can be compared
    return f"""
        select {columns} from marts.focus_costs
        where x_InvoiceId in ({marks})
            and strftime(BillingPeriodStart, '%Y-%m') in (select unnest($1::varchar[]))
            and ($2::varchar[] is null or SubAccountId in (select unnest($2::varchar[])))
        order by {ORDER}
    """  # noqa: S608  names of our own lists


def _written(column: str, kind: str, *, as_text: bool) -> str:
    """A column as FOCUS writes it: times in UTC with a Z, decimals plain and without idle zeros."""
    if kind.startswith("TIMESTAMP"):
        text, moment = f"strftime({column}, '%Y-%m-%dT%H:%M:%SZ')", f"timezone('UTC', {column})"
        return text if as_text else moment
    if kind.startswith("DECIMAL") and as_text:
        return f"rtrim(rtrim({column}::varchar, '0'), '.')"
    return column


def _count(db: duckdb.DuckDBPyConnection, file: Path, *, is_csv: bool) -> int:
    reader = "read_csv($1, header = true, all_varchar = true)" if is_csv else "read_parquet($1)"
    [(rows,)] = db.execute(f"select count(*) from {reader}", [str(file)]).fetchall()  # noqa: S608
    return int(rows)
