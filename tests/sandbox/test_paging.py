"""Pages of a list."""

API = "/api/atlas/v2"


def test_following_next_reads_everything_once(client) -> None:
    """As a client does that knows nothing but the links."""
    everything = client.get(f"{API}/skus", params={"itemsPerPage": 500}).json()
    found, target = [], f"{API}/skus?itemsPerPage=7"
    while target:
        body = client.get(target).json()
        found += body["results"]
        links = {link["rel"]: link["href"] for link in body["links"]}
        target = links.get("next")
    assert found == everything["results"]
    assert len(found) == everything["totalCount"] > 7


def test_links_name_this_page_and_its_neighbours(client) -> None:
    body = client.get(f"{API}/skus", params={"pageNum": 2, "itemsPerPage": 7}).json()
    links = {link["rel"]: link["href"] for link in body["links"]}
    assert {rel: href.rpartition("pageNum=")[2] for rel, href in links.items()} == {
        "self": "2&itemsPerPage=7",
        "next": "3&itemsPerPage=7",
        "previous": "1&itemsPerPage=7",
    }


def test_links_keep_the_filters(client, atlas) -> None:
    path = f"{API}/orgs/{atlas.org_id}/invoices"
    body = client.get(path, params={"statusNames": "PAID", "itemsPerPage": 2}).json()
    following = next(link["href"] for link in body["links"] if link["rel"] == "next")
    assert {one["statusName"] for one in client.get(following).json()["results"]} == {"PAID"}


def test_the_count_can_be_left_out(client) -> None:
    body = client.get(f"{API}/skus", params={"includeCount": "false"}).json()
    assert "totalCount" not in body


def test_a_page_past_the_end_is_empty(client) -> None:
    assert client.get(f"{API}/skus", params={"pageNum": 99}).json()["results"] == []
