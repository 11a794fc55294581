"""The models, built once over a batch of what the specification allows: no cent is lost."""

from itertools import count

import duckdb
import pytest
from hypothesis import strategies as st

from orchestration.landing.journal import Landing
from tests.dbt.conftest import Warehouse
from tests.invoices import land, raw_warehouse
from tests.properties.documents import STYLES, documents, numbered, told
from tests.properties.inventory import listings
from tests.properties.search import batch

DOCUMENTS, LISTINGS = 20, 120


def _id(entity: str) -> list[str]:
    """Streams and archives call their id _id."""
    underscored = {"stream_workspaces", "stream_processors", "online_archives"}
    return ["_id" if entity in underscored else "id"]


def _scope(entity: str, number: int) -> str:
    """Deployments are asked for cluster by cluster, and have no name of their own."""
    return f"{number:024x}/cluster" if entity == "search_deployments" else f"{number:024x}"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Marts of the batch, what each node of the build came to, and what was landed."""
    folder = tmp_path_factory.mktemp("batch")
    landing, ids = Landing(folder / "landing", "default"), count()
    expected: dict[str, tuple[int, int]] = {}
    for number, (document, style) in enumerate(batch(st.tuples(documents(), STYLES), DOCUMENTS)):
        expected |= told(numbered(document, ids))
        land(landing, str(number), style.write(document))
    for number, ((entity, objects), style) in enumerate(
        batch(st.tuples(listings(), STYLES), LISTINGS)
    ):
        named = [{**each, key: f"{next(ids):024x}"} for each in objects for key in _id(entity)]
        scope, body = _scope(entity, number), style.write({"results": named})
        landing.observe(entity, scope, [landing.put(entity, scope, body)])
    with raw_warehouse(folder) as raw:
        raw.load(landing)
    warehouse = Warehouse(folder / "build")
    # as a refresh does: what is on demand takes every tag of every day of every line at once, and
    # these tags and days are many more than anyone's
    left_out = ("--exclude", "resource_type:unit_test", "tag:on_demand")
    return warehouse, warehouse.dbt("build", *left_out), expected


def test_every_line_and_cent_reaches_the_marts(built):
    warehouse, _, expected = built
    with duckdb.connect(str(warehouse.marts), read_only=True) as db:
        [lines] = db.execute(
            "select (count(*), sum(cost_cents)) from marts.marts.fct_line_items"
        ).fetchall()
        daily = db.execute("select sum(cost_cents) from marts.marts.fct_costs_daily").fetchone()
        invoices = db.execute("select count(*) from marts.marts.fct_invoices").fetchone()
    totals = tuple(map(sum, zip(*expected.values(), strict=True)))
    assert lines == (totals,)
    assert daily == (totals[1],)
    assert invoices == (len(expected),)


def test_no_test_of_ours_blocks_what_the_specification_allows(built):
    _, statuses, _ = built
    assert {name: status for name, status in statuses.items() if status == "fail"} == {}
