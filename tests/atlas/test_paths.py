"""What Atlas's endpoints are named by is quoted in one place, so that no id is another path."""

import pytest

from orchestration.atlas.billing import Billing
from orchestration.atlas.errors import Refused
from orchestration.atlas.reports import FocusReports
from tests.conftest import ROOT


class Asked:
    """A client that notes what it is asked for."""

    def __init__(self) -> None:
        self.paths: list[str] = []

    def download(self, path, *_, **__):
        self.paths.append(path)

    def change(self, _, path, *__, **___):
        self.paths.append(path)
        raise LookupError


@pytest.mark.parametrize("hostile", ["..", ".", ""])
def test_an_id_that_is_another_path_is_never_asked_for(hostile):
    asked = Asked()
    with pytest.raises(Refused):
        Billing(asked, "o").download_invoice(hostile, None)
    with pytest.raises(Refused):
        FocusReports(asked, "o").request(hostile)
    with pytest.raises(Refused):
        Billing(asked, hostile)
    assert asked.paths == []


def test_an_id_with_a_slash_stays_one_part():
    asked = Asked()
    Billing(asked, "o").download_invoice("../x?y=1", None)
    with pytest.raises(LookupError):
        FocusReports(asked, "o").request("a/b")
    assert asked.paths == ["/orgs/o/invoices/..%2Fx%3Fy%3D1", "/orgs/o/invoices/a%2Fb/reports"]


def test_no_other_module_quotes_a_path_of_atlas():
    rooms = ("atlas", "permissions", "extraction", "actions", "action_runs")
    quoting = {
        str(file.relative_to(ROOT))
        for room in rooms
        for file in (ROOT / "orchestration" / room).rglob("*.py")
        if "import quote" in file.read_text() or "parse_qsl, quote" in file.read_text()
    }
    assert quoting == {"orchestration/atlas/paths.py"}
