# ruff: noqa: S608  names are of our own lists and of the published file; values are bound
"""The published warehouse cut down to one workspace: a file in which nothing else is.

Pages, files, reports, digests and an assistant's own SQL open this file instead of the published
one, so that no address, filter or statement reaches a row that is not in it.
"""

from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from orchestration.workspaces import tables
from orchestration.workspaces.scope import ALLOCATED_BY, ALLOCATION, Predicate, Scope
from reporting.query import Binder, Query, literal

SCHEMAS = ("marts", "meta")
COLUMNS = """
select schema_name, table_name, column_name from duckdb_columns()
where database_name = 'published' and schema_name in ('marts', 'meta')
order by schema_name, table_name, column_index"""
MACROS = """
select schema_name, function_name, array_to_string(parameters, ', '), macro_definition
from duckdb_functions()
where database_name = 'published' and schema_name in ('marts', 'meta')
    and function_type = 'table_macro'"""
VIEWS = """
select view_name, sql from duckdb_views()
where database_name = 'published' and schema_name in ('marts', 'meta')"""
# It is made while pages are read.
MEMORY = "2GB"


def copy_scope(source: Path, target: Path, scope: Scope) -> None:
    """Write what a scope sees of a published version to a new file.

    Args:
        source: The published version.
        target: The file, which must not be there.
        scope: What is seen.
    """
    with duckdb.connect(str(target), config={"memory_limit": MEMORY}) as db:
        db.execute(f"attach {literal(str(source))} as published (read_only)")
        _Copy(db, scope).run()
        db.execute("detach published")
        db.execute("checkpoint")


@dataclass
class _Copy:
    """One copy being made.

    Attributes:
        columns: Of each published table, in their order; by schema and name.
    """

    db: duckdb.DuckDBPyConnection
    scope: Scope
    columns: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    predicate: Predicate = field(init=False)

    def __post_init__(self) -> None:
        self.predicate = Predicate(self.scope)

    def run(self) -> None:
        """Make every table and view that the published version has."""
        for schema in SCHEMAS:
            self.db.execute(f"create schema {schema}")
        for schema, name, column in self.db.execute(COLUMNS).fetchall():
            self.columns.setdefault((schema, name), []).append(column)
        self._know_owners()
        self._know_reach()
        views = dict(self.db.execute(VIEWS).fetchall())
        for schema, name in sorted(self.columns, key=_order):
            if name in views and name in tables.VIEWS:
                self.db.execute(views[name])
            else:
                self._table(schema, name)
        for schema, name, parameters, sql in self.db.execute(MACROS).fetchall():
            # it reads what is here: the published version is gone by then
            self.db.execute(f"create macro {schema}.{name}({parameters}) as table {sql}")
        self._say()

    def _know_owners(self) -> None:
        """What is allocated to a condition's values and to no others."""
        for number, (name, values) in enumerate(self.scope.allocations):
            table = f"owned_{number}"
            names = ", ".join(f"{each} as o_{each}" for each in ALLOCATED_BY)
            self.db.execute(
                f"create temp table {table} as select {names} "
                "from published.marts.allocated_costs_daily where allocation_key = $key "
                "group by all having bool_and(list_contains($values, allocation_value))",
                {"key": name.removeprefix(ALLOCATION), "values": list(values)},
            )
            self.predicate.owned[name, values] = table

    def _know_reach(self) -> None:
        """Whether all lines of each combination of keys are in scope."""
        bind = Binder()
        keys = ", ".join(tables.KEYS)
        self._execute(bind.query(
            f"create temp table reach as select {keys}, bool_and({self.predicate.sql(bind)}) "
            f"as is_whole from published.marts.agg_costs_monthly group by all"
        ))  # fmt: skip
        for name, key in (("whole_projects", "project_id"), ("whole_orgs", "org_id"),
                          ("whole_connections", "connection")):  # fmt: skip
            self.db.execute(
                f"create temp table {name} as select {key} from reach where {key} is not null "
                f"group by {key} having bool_and(is_whole)"
            )

    def _table(self, schema: str, name: str) -> None:
        bind = Binder()
        source = self._source(schema, name, bind)
        self._execute(bind.query(f'create table {schema}."{name}" as {source}'))

    def _source(self, schema: str, name: str, bind: Binder) -> str:
        """The SELECT that a table is made of."""
        where = self._kept(schema, name, bind)
        if where is None and name in tables.SUMMED:
            return self._summed(schema, name)
        if where is None:
            where = self._whole(schema, name)
        if name in tables.ALSO:
            column, test = tables.ALSO[name]
            where = f"({where}) and {test if column in self.columns[schema, name] else 'false'}"
        shown = self._shown(schema, name, bind)
        return f'select {shown} from published.{schema}."{name}" where {where}'

    def _kept(self, schema: str, name: str, bind: Binder) -> str | None:
        """Which rows are kept where a row tells; None where it does not."""
        columns = self.columns[schema, name]
        if name in tables.COMMON:
            return "true"
        if name in tables.FOLLOWING:
            return tables.FOLLOWING[name]
        if name in tables.LISTED:
            column, kind = tables.LISTED[name]
            return f"list_contains({bind(getattr(self.scope, kind))}, {column})"
        if name in tables.LINES:
            is_told = self.predicate.columns <= set(columns)
            own = self.predicate.sql(bind) if is_told else None
            if "allocation_value" not in columns:
                return own
            return f"{own or self._whole(schema, name)} or {self._borne(columns, bind)}"
        return None if name in tables.ENTITIES else "false"

    def _borne(self, columns: list[str], bind: Binder) -> str:
        """Which allocated costs are borne by a value in scope, whoever else bears a part."""
        found = ["false"]
        for one in self.scope.sees:
            rest = tuple(each for each in one if not each[0].startswith(ALLOCATION))
            named = [each for each in one if each[0].startswith(ALLOCATION)]
            others = Predicate(Scope(self.scope.name, (rest,)))
            if len(named) != 1 or not others.columns <= set(columns):
                continue
            [(name, values)] = named
            test = (
                f"allocation_key = {bind(name.removeprefix(ALLOCATION))} "
                f"and list_contains({bind(values)}, allocation_value)"
            )
            found.append(f"({test} and {others.sql(bind)})" if rest else f"({test})")
        return " or ".join(found)

    def _summed(self, schema: str, name: str) -> str:
        relation, measures = tables.SUMMED[name]
        dimensions = ", ".join(each for each in self.columns[schema, name] if each not in measures)
        sums = ", ".join(f"sum({each})::bigint as {each}" for each in measures)
        # the columns in their order, as whoever reads the file expects
        order = ", ".join(self.columns[schema, name])
        return f"select {order} from (select {dimensions}, {sums} from {relation} group by all)"

    def _whole(self, schema: str, name: str) -> str:
        """Rows of which all that they are about is in scope, told apart by what they name."""
        said = tables.SAID_OTHERWISE.get(name, {})
        columns = set(self.columns[schema, name])
        keys = {key: said.get(key, key) for key in tables.KEYS if key in said or key in columns}
        if "resource_id" in keys:
            # it says the same, and names repeat
            keys.pop("cluster_name", None)
        keys = {key: f"nullif({column}, '')" for key, column in keys.items()}
        found = [self._pattern(keys, each) for each in self._patterns(schema, name, keys)]
        return " or ".join(filter(None, found)) or "false"

    def _patterns(self, schema: str, name: str, keys: dict[str, str]) -> list[tuple[bool, ...]]:
        """Which keys rows have, in each combination there is."""
        if not keys:
            return []
        tests = ", ".join(f"{column} is not null" for column in keys.values())
        return self.db.execute(
            f'select distinct {tests} from published.{schema}."{name}"'
        ).fetchall()

    @staticmethod
    def _pattern(keys: dict[str, str], has: tuple[bool, ...]) -> str:
        named = [key for key, is_there in zip(keys, has, strict=True) if is_there]
        if not named:
            return ""
        tests = (
            f"{column} is {'not ' if is_there else ''}null"
            for column, is_there in zip(keys.values(), has, strict=True)
        )
        row = ", ".join(keys[each] for each in named)
        return (
            f"({' and '.join(tests)} and ({row}) in (select ({', '.join(named)}) from reach "
            f"group by {', '.join(named)} having bool_and(is_whole)))"
        )

    def _shown(self, schema: str, name: str, bind: Binder) -> str:
        replaced = dict(tables.REPLACED.get(name, {}))
        columns = self.columns[schema, name]
        if name == tables.HEADERS:
            replaced |= {
                each: f"if(org_id in (select org_id from whole_orgs), {each}, null)"
                for each in columns if each.endswith("_cents")
            }  # fmt: skip
        known = {each: sql for each, sql in replaced.items() if each in columns}
        if not known:
            return "*"
        sql = ", ".join(f"{expression} as {each}" for each, expression in known.items())
        if "$names" in sql:
            sql = sql.replace("$names", bind(self.scope.budgets))
        return f"* replace ({sql})"

    def _say(self) -> None:
        """What totals leave out, for whoever shows one."""
        text = "".join(each if each.isprintable() else " " for each in self.scope.sentence)
        self.db.execute(f"comment on table meta.freshness is {literal(text)}")

    def _execute(self, query: Query) -> None:
        self.db.execute(query.sql, query.bound())


def _order(table: tuple[str, str]) -> tuple[int, str]:
    """Lines before their days, those before what is summed from them, and other views last."""
    name = table[1]
    early = (("fct_line_items", "agg_costs_monthly"), ("fct_line_item_days",),
             ("agg_costs_daily", "fct_invoices"))  # fmt: skip
    place = next((number for number, names in enumerate(early) if name in names), len(early))
    return place + (place == len(early) and name in tables.VIEWS), name
