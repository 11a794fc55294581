"""What Atlas lists is in raw as it was sent, whatever fields it has or lacks.

Inventory is no money: DuckDB writes its numbers again as doubles, and as such they are compared.
"""

import json
import tempfile
from itertools import count
from pathlib import Path

import duckdb
from hypothesis import strategies as st

from orchestration.landing.journal import Landing
from orchestration.warehouse.inventory import WITHOUT_IDS
from tests.invoices import raw_warehouse
from tests.properties.documents import STYLES
from tests.properties.inventory import listings
from tests.properties.search import for_any

ANSWERS = st.lists(st.tuples(listings(), STYLES), min_size=1, max_size=8)


def is_identified(entity: str, document: dict) -> bool:
    """What has no id cannot be told from another: it stays in history alone."""
    has_id = any(document.get(name) is not None for name in ("id", "_id"))
    return has_id or entity in WITHOUT_IDS


@for_any(ANSWERS, examples=15)
def test_raw_has_each_object_unchanged_and_once(answers):
    with tempfile.TemporaryDirectory() as folder:
        landing, numbers = Landing(Path(folder) / "landing", "default"), count()
        sent = {}
        for (entity, objects), style in answers:
            scope = f"{next(numbers)}/x"
            body = style.write({"results": objects, "totalCount": len(objects)})
            landing.observe(entity, scope, [landing.put(entity, scope, body)])
            sent[entity, scope] = json.loads(body)["results"]
        with raw_warehouse(Path(folder)) as raw:
            raw.load(landing)
            raw.load(landing)
        with duckdb.connect(str(Path(folder) / "build" / "raw.duckdb"), read_only=True) as db:
            for (entity, scope), objects in sent.items():
                query = f"select _document from {entity} where _scope = ?"
                found = [json.loads(text) for (text,) in db.execute(query, [scope]).fetchall()]
                identified = [each for each in objects if is_identified(entity, each)]
                assert all(each in found for each in identified)
                assert all(each in objects for each in found)
                assert len(found) <= len(objects)
            assert db.execute(
                "select count(*) from inventory_history where _valid_to is not null"
            ).fetchone() == (0,)
            db.execute("from resource_tags").fetchall()
            db.execute("from clusters_seen").fetchall()
