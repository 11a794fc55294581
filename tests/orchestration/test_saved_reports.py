"""Saved reports: read from three places, written in one, and never two meanings of one name."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from orchestration.saved_reports import SavedReport, Source, as_name, query_of, shelf
from orchestration.saved_reports.built_in import BUILT_IN
from orchestration.settings import Settings, SettingsError
from reporting.dimensions import COST_DIMENSIONS
from reporting.ranges import BINS, RANGES
from reporting.state import OPERATORS, Filter, ReportState
from tests.conftest import ROOT

STATES = st.builds(
    ReportState,
    range=st.sampled_from(sorted(RANGES)),
    bin=st.sampled_from(BINS),
    group=st.lists(st.sampled_from(sorted(COST_DIMENSIONS)), max_size=3, unique=True).map(tuple),
    top=st.integers(1, 25),
    show=st.sampled_from([(), ("credits",)]),
    filters=st.lists(
        st.builds(
            Filter,
            st.sampled_from(["service", "project", "tag:team", "tag:a.b"]),
            st.sampled_from(OPERATORS),
            st.tuples(st.text(min_size=1, max_size=40)),
        ),
        max_size=1,
    ).map(tuple),
)


@pytest.fixture
def place(tmp_path) -> Settings:
    (tmp_path / "config").mkdir()
    return Settings(data_dir=tmp_path / "data", config_dir=tmp_path / "config")


def config(place: Settings, text: str) -> Path:
    place.reports_file.write_text(text)
    return place.reports_file


def refused(place: Settings) -> str:
    with pytest.raises(SettingsError) as error:
        shelf(place)
    return str(error.value)


def mine(name: str = "mine", **fields: str) -> SavedReport:
    return SavedReport(**{"name": name, "title": "Mine", "address": "group=project", **fields})


def test_a_dozen_reports_are_built_in_and_each_is_of_its_own(place):
    found = shelf(place)
    assert len(found.reports) == len(BUILT_IN) >= 12
    assert {source for _, source in found.reports.values()} == {Source.BUILT_IN}
    assert len({each.state for each in BUILT_IN}) == len(BUILT_IN)
    assert len({each.title for each in BUILT_IN}) == len(BUILT_IN)
    assert all(each.folder for each in BUILT_IN)


@given(STATES)
@settings(max_examples=60, deadline=None)
def test_a_state_is_the_same_after_it_was_saved_and_read(state):
    report = SavedReport(name="any", title="Any", address=query_of(state))
    assert report.state == state
    assert report.link.startswith("/cost-report")


def test_a_state_survives_the_file(place):
    state = ReportState(
        start=date(2026, 1, 1), last=date(2026, 2, 3), compare="2025-01-01..2025-02-03",
        group=("tag:team",), filters=(Filter("project", "contains", ("a&b=c", "é\n: - #", "%20")),),
    )  # fmt: skip
    shelf(place).save(mine(title="Ärger: #1 - \N{PARTY POPPER}", address=query_of(state)))
    found = shelf(place).find("mine")
    assert found.state == state
    assert found.title == "Ärger: #1 - \N{PARTY POPPER}"


@pytest.mark.parametrize(
    "address",
    [
        "/cost-report?range=last_month&group=project",
        "http://127.0.0.1:8501/cost-report?range=last_month&group=project",
        "https://costs.example.com/cost-report/?group=project&range=last_month",
        "?range=last_month&group=project",
        "range=last_month&group=project",
    ],
)
def test_an_address_may_be_copied_whole_or_in_part(address):
    assert mine(address=address).state == ReportState(range="last_month", group=("project",))


def test_a_value_with_a_slash_or_a_question_mark_is_no_path():
    report = mine(address="f.project=a%2Fb%3Fc")
    assert report.state.filters == (Filter("project", "is", ("a/b?c",)),)
    assert mine(address=report.address) == report


def test_the_operators_own_reports_are_read_and_win_over_built_in_ones(place):
    config(place, (ROOT / "config/reports.yaml.example").read_text())
    found = shelf(place)
    report, source = found.reports["checkout-by-environment"]
    assert source is Source.CONFIG
    assert report.state.group == ("tag:env",)
    assert report.state.filters == (Filter("tag:team", "is", ("checkout",)),)
    config(place, "reports:\n- {name: by-team, title: Squads, address: group=tag%3Asquad}\n")
    assert shelf(place).find("by-team").title == "Squads"
    assert len(shelf(place).reports) == len(BUILT_IN)


@pytest.mark.parametrize("text", ["", "reports:\n", "# nothing\n", "reports: []\n"])
def test_a_file_may_say_nothing(place, text):
    config(place, text)
    assert len(shelf(place).reports) == len(BUILT_IN)


@pytest.mark.parametrize(
    ("item", "sentence"),
    [
        ("title: A\n  address: ''", "line 2: reports[0].name is missing."),
        ("name: By team\n  title: A", "line 2: reports[0].name must be a name such as"),
        ("name: ../x\n  title: A", "line 2: reports[0].name must be a name such as"),
        ("name: a\n  title: ' '", "line 3: reports[0].title must not be empty."),
        ("name: a\n  title: A\n  adress: x", "line 4: reports[0].adress is not a key"),
        ("name: a\n  title: A\n  address: bin=hour",
         "line 4: reports[0].address cannot be used: “bin=hour” is not one of day, week"),
        ("name: a\n  title: A\n  address: range=last_month&foo=1",
         "line 4: reports[0].address cannot be used: “foo” is not a parameter of this page."),
        ("name: a\n  title: A\n  address: /overview?bin=day", "is not of a cost report"),
        ("name: a\n  title: A\n  address: https://example.com/x", "is not of a cost report"),
        ("name: a\n  title: A\n- name: a\n  title: B", "line 4: reports[1].name stands here twice"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_file_line_and_key(place, item, sentence):
    file = config(place, f"reports:\n- {item}\n")
    message = refused(place)
    assert message.startswith(f"{file}, line ")
    assert sentence in message
    assert "uses its default" not in message


def test_what_a_page_saves_is_there_afterwards_and_can_go(place):
    shelf(place).save(mine())
    assert shelf(place).reports["mine"] == (mine(), Source.SAVED)
    assert place.saved_reports_file.is_file()
    with pytest.raises(SettingsError, match="A report is called mine"):
        shelf(place).save(mine(title="Other"))
    shelf(place).save(mine(title="Other"), overwrite=True)
    assert shelf(place).find("mine").title == "Other"
    shelf(place).star("mine", starred=True)
    shelf(place).delete("mine")
    assert "mine" not in shelf(place).reports
    assert shelf(place).starred == frozenset()
    shelf(place).delete("mine")


def test_what_is_built_in_or_the_operators_is_not_overwritten_by_a_page(place):
    config(place, "reports:\n- {name: ours, title: Ours, address: ''}\n")
    for name, where in (("ours", "of config/reports.yaml"), ("by-team", "built in")):
        with pytest.raises(SettingsError, match=where):
            shelf(place).save(mine(name), overwrite=True)
        with pytest.raises(SettingsError, match=where):
            shelf(place).delete(name)
    assert not place.saved_reports_file.exists()


def test_a_name_that_the_operator_takes_later_is_the_operators(place):
    shelf(place).save(mine("ours"))
    config(place, "reports:\n- {name: ours, title: Ours, address: ''}\n")
    assert shelf(place).find("ours").title == "Ours"


def test_any_report_can_have_a_star(place):
    shelf(place).star("by-team", starred=True)
    shelf(place).star("by-sku", starred=True)
    shelf(place).star("by-team", starred=True)
    assert shelf(place).starred == {"by-team", "by-sku"}
    shelf(place).star("by-team", starred=False)
    assert shelf(place).starred == {"by-sku"}
    with pytest.raises(SettingsError, match="No report is called"):
        shelf(place).star("nothing", starred=True)


def test_each_workspace_puts_its_own_stars(place):
    shelf(place).within("shop").star("by-team", starred=True)
    shelf(place).starred_by("finance").star("by-sku", starred=True)
    assert shelf(place).starred == frozenset()
    assert shelf(place).within("shop").starred == {"by-team"}
    assert shelf(place).starred_by("finance").starred == {"by-sku"}
    shelf(place).within("shop").star("by-team", starred=False)
    assert shelf(place).within("shop").starred == frozenset()
    assert shelf(place).starred_by("finance").starred == {"by-sku"}


def test_a_report_that_is_deleted_has_a_star_nowhere(place):
    shelf(place).save(mine("r1"))
    shelf(place).star("r1", starred=True)
    shelf(place).starred_by("finance").star("r1", starred=True)
    shelf(place).delete("r1")
    shelf(place).save(mine("r1"))
    assert not shelf(place).starred
    assert not shelf(place).starred_by("finance").starred


def test_visitors_who_save_at_once_lose_nothing(place):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: shelf(place).save(mine(f"r{n}")), range(24)))
    assert {f"r{n}" for n in range(24)} <= set(shelf(place).reports)


def test_a_damaged_file_is_named_and_left_alone(place):
    place.data_dir.mkdir()
    place.saved_reports_file.write_text("reports: [\n")
    assert f"{place.saved_reports_file}, line" in refused(place)
    assert place.saved_reports_file.read_text() == "reports: [\n"


def test_an_unknown_name_is_answered_with_a_similar_one(place):
    with pytest.raises(SettingsError, match="Did you mean by-team"):
        shelf(place).find("by-teem")


@pytest.mark.parametrize(
    ("title", "name"),
    [("Costs by Team!", "costs-by-team"), ("Übersicht 2026", "ubersicht-2026"), ("日本", ""),
     ("a" * 99, "a" * 60)],
)  # fmt: skip
def test_a_title_makes_a_name(title, name):
    assert as_name(title) == name
    if name:
        assert mine(name)


def test_a_name_is_never_a_path():
    for name in ("..", "a/b", "a\nb", "-x", "", "A"):
        with pytest.raises(ValidationError):
            mine(name)


PROD = "filters:\n  - name: prod\n    address: f.tag.env=prod\n"
TWO = """reports:
  - {name: a, title: A, address: 'group=project&f.service=Clusters', filter: prod}
  - {name: b, title: B, filter: prod}
"""


def test_a_changed_filter_changes_all_reports_that_use_it(place):
    config(place, PROD + TWO)
    assert shelf(place).find("a").link == (
        "/cost-report?f.service=Clusters&f.tag.env=prod&group=project"
    )
    assert shelf(place).find("b").link == "/cost-report?f.tag.env=prod"
    config(place, PROD.replace("=prod", "=live") + TWO)
    for name in "ab":
        assert Filter("tag:env", "is", ("live",)) in shelf(place).find(name).state.filters


def test_a_filter_holds_in_each_set_of_a_report(place):
    config(place, PROD + "reports:\n  - {name: a, title: A, filter: prod,"
           " address: 'f.service=Backup&f2.project=shop'}\n")  # fmt: skip
    assert query_of(shelf(place).find("a").state) == (
        "f.service=Backup&f.tag.env=prod&f2.project=shop&f2.tag.env=prod"
    )


def test_a_saved_report_keeps_the_name_of_its_filter_and_not_what_it_said(place):
    config(place, PROD)
    shelf(place).save(mine(filter="prod"))
    assert "filter: prod" in place.saved_reports_file.read_text()
    assert "env" not in place.saved_reports_file.read_text()
    config(place, PROD.replace("=prod", "=live"))
    assert Filter("tag:env", "is", ("live",)) in shelf(place).find("mine").state.filters


def test_a_filter_that_reports_use_is_neither_renamed_nor_deleted(place):
    config(place, "reports:\n  - {name: a, title: A, filter: mine}\n")
    place.saved_reports_file.parent.mkdir()
    place.saved_reports_file.write_text("filters:\n  - {name: mine, address: f.project=shop}\n")
    shelf(place).save(mine("b", filter="mine"))
    with pytest.raises(SettingsError, match=r"mine cannot be deleted: a, b use it\.$"):
        shelf(place).delete_filter("mine")
    with pytest.raises(SettingsError, match=r"mine cannot be renamed: a, b use it\.$"):
        shelf(place).rename_filter("mine", "other")
    config(place, "")
    shelf(place).delete("b")
    shelf(place).rename_filter("mine", "other")
    assert list(shelf(place).filters) == ["other"]
    shelf(place).delete_filter("other")
    assert shelf(place).filters == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("reports:\n  - {name: a, title: A, filter: gone}\n", "a uses the filter gone"),
        (PROD + "reports:\n  - {name: a, title: A, filter: prod, address: f.tag.env=qa}\n",
         "both have a condition “f.tag.env”"),
        ("filters:\n  - {name: x, address: group=sku}\n", "filters[0].address"),
        ("filters:\n  - {name: x, address: f.service=A&f2.service=B}\n", "one set"),
        (PROD + "  - {name: prod, address: f.service=A}\n", "stands here twice"),
    ],
)  # fmt: skip
def test_a_filter_that_cannot_be_used_is_one_sentence(place, text, said):
    config(place, text)
    assert said in refused(place)
