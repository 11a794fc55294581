"""What Atlas sent is written down once, whole, and never half."""

import gzip
import hashlib
import json
import threading

import pytest

from orchestration.landing.journal import Landing, LandingClosed


@pytest.fixture
def landing(tmp_path):
    return Landing(tmp_path, "default")


def gz_files(landing: Landing) -> list[str]:
    return sorted(path.name for path in landing.root.rglob("*.json.gz"))


def test_the_same_body_is_kept_once(landing):
    first = landing.put("projects", "org", b'{"a": 1}')
    second = landing.put("projects", "org", b'{"a": 1}')
    assert (first.is_new, second.is_new) == (True, False)
    assert first.path == second.path
    assert first.open().read() == b'{"a": 1}'


def test_gzip_stays_as_sent_and_is_named_by_what_it_unpacks_to(landing):
    sent = gzip.compress(b'{"a": 1}', 9)
    with landing.receive("invoices", "1", "gzip") as sink:
        sink.write(sent[:5])
        sink.write(sent[5:])
    assert sink.landed.path.read_bytes() == sent
    assert sink.landed.sha256 == landing.put("invoices", "1", b'{"a": 1}').sha256


@pytest.mark.parametrize(
    ("encoding", "body", "error"),
    [
        ("gzip", gzip.compress(b"x" * 99, mtime=0)[:-9], EOFError),
        ("gzip", b"no gzip at all", ValueError),
        ("br", b"", ValueError),
    ],
)
def test_an_incomplete_body_leaves_nothing(landing, encoding, body, error):
    with pytest.raises(error):
        with landing.receive("invoices", "1", encoding) as sink:
            sink.write(body)
    assert [path for path in landing.root.rglob("*") if path.is_file()] == []


def test_a_body_that_is_refused_on_a_second_look_leaves_nothing(landing):
    class Refusing:
        def feed(self, _: bytes) -> None:
            pass

        def close(self) -> None:
            raise ValueError("not an invoice")

    with pytest.raises(ValueError, match="not an invoice"):
        with landing.receive("invoices", "1", "", Refusing()) as sink:
            sink.write(b"[]")
    assert gz_files(landing) == []


def test_the_journal_gets_a_line_only_when_something_differs(landing):
    a, b = (landing.put("projects", "org", body) for body in (b"[1]", b"[2]"))
    noted = [landing.observe("projects", "org", [file]) for file in (a, a, b, a)]
    assert noted == [True, False, True, True]
    assert len(gz_files(landing)) == 2
    assert [seen.files[0].endswith(a.path.name) for seen in landing.observations()] == [
        True,
        False,
        True,
    ]


def test_a_new_process_knows_what_the_last_one_noted(landing):
    file = landing.put("projects", "org", b"[1]")
    landing.observe("projects", "org", [file], {"updated": "x"})
    again = Landing(landing.root, "default")
    assert again.current("projects")["org"].meta == {"updated": "x"}
    assert not again.observe("projects", "org", [file], {"updated": "x"})


def test_what_became_unreadable_keeps_what_was_seen_and_says_why(landing):
    landing.observe("clusters", "p1", [landing.put("clusters", "p1", b"[1]")])
    landing.observe_unreadable("clusters", "p1", "403 role missing")
    seen = landing.current("clusters")["p1"]
    assert seen.error == "403 role missing"
    assert len(seen.files) == 1


def test_a_journal_line_cut_by_a_crash_is_dropped_and_the_next_one_is_whole(landing):
    landing.observe("projects", "org", [landing.put("projects", "org", b"[1]")])
    journal = landing.root / "default" / "observations.jsonl"
    journal.write_bytes(journal.read_bytes() + b'{"observed_at": "2026')
    again = Landing(landing.root, "default")
    again.observe("projects", "org", [again.put("projects", "org", b"[2]")])
    lines = journal.read_bytes().splitlines()
    assert len(lines) == 2
    assert all(json.loads(each) for each in lines)


@pytest.mark.parametrize("name", ["../outside", "a/b", "ö c"])
def test_a_name_never_leaves_its_folder(tmp_path, name):
    landing = Landing(tmp_path / "landing", name)
    landing.put("invoices", name, b"{}")
    assert not (tmp_path / "outside").exists()
    [file] = (tmp_path / "landing").rglob("*.json.gz")
    assert len(file.relative_to(tmp_path / "landing").parts) == 4


def test_gzip_of_several_members_is_one_body(landing):
    body = gzip.compress(b"[1,") + gzip.compress(b"2]")
    with landing.receive("invoices", "1", "gzip") as sink:
        sink.write(body)
    assert sink.landed.sha256 == hashlib.sha256(b"[1,2]").hexdigest()


def test_a_landing_that_was_given_up_on_notes_nothing_more(landing):
    landing.close()
    with pytest.raises(LandingClosed):
        landing.observe("projects", "org", [])


def test_threads_may_look_while_others_note(landing):
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            landing.current("clusters")

    threads = [threading.Thread(target=look) for _ in range(3)]
    for each in threads:
        each.start()
    try:
        for number in range(300):
            landing.observe("clusters", str(number), [])
    finally:
        stop.set()
        for each in threads:
            each.join()
    assert len(landing.current("clusters")) == 300


@pytest.mark.parametrize("name", ["..", ".", "../..", "/etc", "a/../../b", "..\\..", "\x00", ""])
def test_no_name_that_atlas_sends_leads_out_of_its_folder(tmp_path, name):
    landing = Landing(tmp_path / "landing", name)
    landed = landing.put("clusters", name, b"{}")
    assert landed.path.resolve().is_relative_to((tmp_path / "landing").resolve())
    deep = len(landed.path.relative_to(tmp_path / "landing").parts)
    assert deep >= (4 if name else 2)
    assert landed.open().read() == b"{}"
