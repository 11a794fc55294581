"""A page's controls and its address, also where a click ends a run before the page is drawn."""

from streamlit.testing.v1 import AppTest

PAGE = """
import streamlit as st
from dashboard.address import Address

address = Address("page")
first = address.choice("first", "First", ["a", "b"])
if st.session_state.pop("ends early", False):
    st.stop()
second = address.choice("second", "Second", ["x", "y"])
words = address.text("words", "Words")
st.text("|".join([first, second, words, address.plain("id")]))
address.done()
"""


def opened(**asked: str) -> AppTest:
    test = AppTest.from_string(PAGE, default_timeout=60)
    for name, value in asked.items():
        test.query_params[name] = value
    return test


def shown(test: AppTest) -> str:
    assert not test.exception
    return test.text[0].value


def address(test: AppTest) -> dict[str, list[str]]:
    asked = dict(test.query_params)
    return {name: [value] if isinstance(value, str) else value for name, value in asked.items()}


def test_controls_follow_the_address_and_it_follows_them():
    test = opened(first="b", words="shop").run()
    assert shown(test) == "b|x|shop|"
    test.selectbox("page.second").select("y").run()
    assert shown(test) == "b|y|shop|"
    assert address(test) == {"first": ["b"], "second": ["y"], "words": ["shop"]}
    del test.query_params["first"]  # as Back does
    assert shown(test.run()) == "a|y|shop|"


def test_a_click_while_the_page_is_first_drawn_counts():
    test = opened(second="y")
    test.session_state["ends early"] = True
    test.run()
    test.selectbox("page.first").select("b").run()
    assert shown(test) == "b|y||"
    assert address(test) == {"first": ["b"], "second": ["y"]}


def test_a_click_while_a_chosen_row_is_drawn_counts():
    test = opened().run()
    test.query_params["id"] = "row"
    test.session_state["ends early"] = True
    test.run()
    test.selectbox("page.first").select("b").run()
    assert shown(test) == "b|x||row"
    assert address(test) == {"first": ["b"], "id": ["row"]}


def test_what_was_changed_before_a_run_ended_early_is_not_undone_by_the_next_one():
    test = opened().run()
    test.session_state["ends early"] = True
    test.selectbox("page.first").select("b").run()
    test.query_params["id"] = "row"
    assert shown(test.run()) == "b|x||row"


def test_an_address_opened_before_its_controls_were_drawn_still_sets_them():
    test = opened().run()
    test.query_params["second"] = "y"
    test.query_params["words"] = "shop"
    test.session_state["ends early"] = True
    test.run()
    assert shown(test.run()) == "a|y|shop|"
