"""Feedback survives: one line each, whole or not at all, whoever else writes."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from orchestration import feedback
from orchestration.explain import explanation


def test_what_was_said_is_read_again_in_its_order(tmp_path):
    folder = tmp_path / "data/feedback"
    assert feedback.read(folder, "anomalies") == []
    for number in range(3):
        feedback.append(folder, "anomalies", {"number": number, "reason": "größer\n"})
    assert [each["number"] for each in feedback.read(folder, "anomalies")] == [0, 1, 2]
    assert feedback.read(folder, "anomalies")[0]["reason"] == "größer\n"
    assert feedback.read(folder, "savings") == []


def test_nothing_that_was_said_is_ever_changed(tmp_path):
    file = feedback.append(tmp_path, "anomalies", {"number": 1})
    before = file.read_bytes()
    feedback.append(tmp_path, "anomalies", {"number": 2})
    assert file.read_bytes().startswith(before)


def test_a_line_that_a_crash_cut_short_was_not_said(tmp_path):
    """And the next one is not glued to it."""
    file = feedback.append(tmp_path, "anomalies", {"number": 1})
    with file.open("ab") as opened:
        opened.write(b'{"number": 2, "reas')
    assert [each["number"] for each in feedback.read(tmp_path, "anomalies")] == [1]
    feedback.append(tmp_path, "anomalies", {"number": 3})
    assert [each["number"] for each in feedback.read(tmp_path, "anomalies")] == [1, 3]


@pytest.mark.parametrize("line", [b"no JSON\n", b"[1]\n", b"\xff\n"])
def test_a_damaged_line_is_named(tmp_path, line):
    file = feedback.append(tmp_path, "anomalies", {"number": 1})
    file.write_bytes(file.read_bytes() + line)
    with pytest.raises(feedback.FeedbackError) as refused:
        feedback.read(tmp_path, "anomalies")
    assert explanation(refused.value).startswith(f"{file}, line 2 cannot be read")


def test_several_may_write_at_once(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: feedback.append(tmp_path, "a", {"n": n}), range(40)))
    assert sorted(each["n"] for each in feedback.read(tmp_path, "a")) == list(range(40))
