"""Pictures of every page: `python -m tests.screenshots [FOLDER [DATA]]`.

FOLDER is docs/screenshots where none is given. They are of the showcase (tests/showcase.py),
which is made first where no data folder is given.
"""

import sys
import tempfile
from pathlib import Path
from urllib.parse import urlencode

import duckdb

from dashboard.navigation import SECTIONS
from tests.conftest import ROOT
from tests.e2e.looking import chromium, open_page, served
from tests.e2e.test_every_page import DESK, ONE_OF
from tests.showcase import main as make

FOLDER = ROOT / "docs" / "screenshots"


def take(folder: Path, data: Path) -> None:
    """Draws each page as it is at a desk, in light, and the overview in dark."""
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(data / "atlas_costs.duckdb"), read_only=True) as db:
        ids = {file: db.sql(sql).fetchall()[0][0] for file, sql in ONE_OF.items()}
    with served(data) as url, chromium() as browser:
        for entry in [each for entries in SECTIONS.values() for each in entries]:
            asked = {"id": ids[entry.file]} if entry.file in ids else {}
            for scheme in ("light", "dark") if entry.file == "overview" else ("light",):
                page = browser.new_page(viewport=DESK, color_scheme=scheme)
                open_page(page, f"{url}/{entry.path}?{urlencode(asked)}")
                page.wait_for_timeout(1500)  # charts are drawn after their page
                name = entry.file if scheme == "light" else f"{entry.file}_{scheme}"
                page.screenshot(path=folder / f"{name}.png")
                page.close()


if __name__ == "__main__":
    wanted = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    if len(sys.argv) > 2:
        take(wanted, Path(sys.argv[2]))
    else:
        with tempfile.TemporaryDirectory() as made:
            make([str(Path(made) / "data")])
            take(wanted, Path(made) / "data")
