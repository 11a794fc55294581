"""A list may change while it is read: nothing is missed silently, and nothing is read for ever."""

import json

import pytest
from pydantic import SecretStr

from orchestration.atlas.answers import Answer
from orchestration.atlas.auth import digest
from orchestration.atlas.client import AtlasClient
from orchestration.atlas.errors import MalformedAnswer
from orchestration.atlas.inventory import Inventory
from orchestration.atlas.paging import READINGS, read_list

SIZE = 2


class Lists:
    """Pages of two objects; each reading finds the list and the count that the test gives."""

    def __init__(self, *readings: list[tuple[str, int]]) -> None:
        self.readings = list(readings)
        self.asked = 0

    def __call__(self, query: dict[str, str]) -> Answer:
        number = int(query.get("pageNum", 1))
        if number == 1 and self.asked and len(self.readings) > 1:
            self.readings.pop(0)
        self.asked += 1
        pages = self.readings[0]
        ids, total = pages[number - 1] if number <= len(pages) else ("", pages[-1][1])
        href = f"https://cloud.mongodb.com/x?pageNum={number + 1}"
        links = [] if number >= len(pages) else [{"rel": "next", "href": href}]
        results = [{"id": each} for each in ids]
        body = {"results": results, "totalCount": total, "links": links}
        return Answer(json.dumps(body).encode(), "things")


def ids(pages: list[Answer]) -> str:
    return "".join(each["id"] for page in pages for each in page.document["results"])


def test_a_list_that_shrinks_while_it_is_read_is_read_again():
    lists = Lists([("ab", 4), ("d", 3)], [("bc", 3), ("d", 3)])
    assert ids(read_list(lists, {}, "things")) == "bcd"
    assert lists.asked == 4


def test_a_list_that_brings_less_than_its_count_is_read_again():
    lists = Lists([("ab", 4), ("d", 4)], [("ab", 4), ("cd", 4)])
    assert ids(read_list(lists, {}, "things")) == "abcd"


def test_a_count_that_is_only_an_estimate_costs_one_more_reading():
    lists = Lists([("ab", 9), ("cd", 9)])
    assert ids(read_list(lists, {}, "things")) == "abcd"
    assert lists.asked == 2 * 3


def test_a_list_that_never_rests_is_taken_as_it_is_in_the_end():
    lists = Lists(*([("ab", 4), (last, 3)] for last in "cdefg"))
    assert ids(read_list(lists, {}, "things")) == "abe"
    assert lists.asked == 2 * READINGS


def test_a_list_that_grows_may_show_an_object_twice_and_is_read_again():
    lists = Lists([("ab", 3), ("bc", 4)], [("xa", 4), ("bc", 4)])
    assert ids(read_list(lists, {}, "things")) == "xabc"


def test_one_page_is_never_read_again_for_its_count():
    lists = Lists([("ab", 9)])
    assert ids(read_list(lists, {}, "things")) == "ab"
    assert lists.asked == 2  # the second page, because the count announced more


def test_pages_that_never_end_are_malformed(monkeypatch):
    monkeypatch.setattr("orchestration.atlas.paging.MAX_PAGES", 3)
    lists = Lists([(str(n), 99) for n in range(9)])
    with pytest.raises(MalformedAnswer, match="does not end"):
        read_list(lists, {}, "things")


def test_a_shrinking_list_of_the_sandbox_is_read_whole(sandbox):
    auth = digest(sandbox.public_key, SecretStr(sandbox.private_key))
    with AtlasClient(sandbox.base_url, auth) as atlas:
        whole = ids(Inventory(atlas).list_projects(sandbox.org_id))
        path = "/groups$"
        sandbox.control("faults", {"path": path, "kind": "page_size", "size": 1})
        sandbox.control("faults", {"path": path, "kind": "shrink", "times": 1})
        again = ids(Inventory(atlas).list_projects(sandbox.org_id))
    assert again == whole
