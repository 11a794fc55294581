"""What the server of the pages does before the first visit."""

import asyncio
import gc
import sys

from dashboard import serve


def test_what_pages_are_made_of_is_imported_and_is_no_garbage_until_the_server_ends():
    async def frozen() -> int:
        async with serve._settled(serve.App(serve.APP)):
            return gc.get_freeze_count()

    assert asyncio.run(frozen()) > 100_000
    assert {"altair", "pandas", "dashboard.report_chart"} <= set(sys.modules)
    assert gc.get_freeze_count() == 0
