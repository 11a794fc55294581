"""What each connection may read."""

import duckdb

from reporting.connections import PERMISSIONS


def test_what_no_connection_may_read_comes_before_what_others_may():
    with duckdb.connect() as db:
        db.execute(
            "create schema meta; create table meta.permissions as select *, '' as detail, "
            "'' as lost, '' as role from (values ('bank', 'clusters', 'ok'), "
            "('bank', 'search', 'not tried'), ('shop', 'invoices', 'bad key')) "
            "as _ (connection, capability, status)"
        )
        found = db.execute(PERMISSIONS.sql).fetchall()
    assert [row[2] for row in found] == ["bad key", "not tried", "ok"]
