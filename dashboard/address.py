"""A page's controls and its address, kept equal in both directions.

The address is the truth: a parameter that differs from what the page wrote last was given by a
link or by going back, and its control takes its value, once. Otherwise a control has changed, and
the address follows. Streamlit ends a run at once when someone clicks, so what was opened is kept
for each control until that control has followed; else the first click on a page that is still
being drawn would be undone. What an address asks for and cannot have is named.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard import components

Words = Callable[[str], str]


class Address:
    """The controls of one run of a page; `done` writes what they say into the address.

    Values given to `plain` are asked for by the address alone: they have no control.
    """

    def __init__(self, page: str) -> None:
        self._page = page
        self._asked = components.address()
        self._values: dict[str, list[str]] = {}
        self._known: set[str] = set()
        self._refused: list[str] = []
        written = st.session_state.get(self._key("written"), {})
        names = written.keys() | self._asked.keys()
        opened = {name for name in names if written.get(name) != self._asked.get(name)}
        # of this run, and of earlier ones that ended before their controls were drawn
        self._opened: set[str] = st.session_state.setdefault(self._key("opened"), set())
        self._opened |= opened
        self._is_opened = bool(self._opened)
        st.session_state[self._key("written")] = self._asked

    def choice(
        self,
        name: str,
        label: str,
        options: Sequence[str] | Mapping[str, str],
        *,
        default: str | None = None,
        is_short: bool = False,
        **drawn: Any,  # noqa: ANN401  the widget's own
    ) -> str:
        """One of some values; a mapping has the words a reader sees.

        Args:
            name: The parameter of the address.
            label: The control's heading.
            options: Not empty; the first is the default where no other is named.
            default: What stands for no parameter.
            is_short: A row of buttons in place of a list.
            drawn: Further arguments of st.selectbox or st.segmented_control.
        """
        start = default if default is not None else next(iter(options))
        self._follow(name, self._one(name, options, start))
        words = self._words(options)
        if is_short:
            drawn = {"required": True, **drawn}
        draw: Any = st.segmented_control if is_short else st.selectbox
        value = draw(label, list(options), key=self._key(name), format_func=words, **drawn)
        return self._keep(name, str(value), start)

    def several(
        self,
        name: str,
        label: str,
        options: Sequence[str] | Mapping[str, str],
        **drawn: Any,  # noqa: ANN401  st.multiselect's own
    ) -> tuple[str, ...]:
        """Any number of some values; none stands for all."""
        asked = [each for each in self._asked.get(name, ()) if each in options]
        self._refuse(name, (each for each in self._asked.get(name, ()) if each not in options))
        self._follow(name, asked)
        words = self._words(options)
        picked = st.multiselect(
            label, list(options), key=self._key(name), format_func=words, **drawn
        )
        return self._keep_all(name, picked)

    def toggle(self, name: str, label: str, **drawn: Any) -> bool:  # noqa: ANN401  st.toggle's own
        """Whether something is on, `name=on` in the address."""
        self._follow(name, self._one(name, ("on", "off"), "off") == "on")
        is_on = bool(st.toggle(label, key=self._key(name), **drawn))
        return self._keep(name, "on" if is_on else "off", "off") == "on"

    def text(self, name: str, label: str, **drawn: Any) -> str:  # noqa: ANN401  st.text_input's own
        """A text that a reader types."""
        self._follow(name, next(iter(self._asked.get(name, ())), ""))
        typed = st.text_input(label, key=self._key(name), **drawn)
        return self._keep(name, (typed or "").strip(), "")

    def plain(self, name: str) -> str:
        """A value that only a link gives, such as an id; empty where there is none."""
        return self._keep(name, next(iter(self._asked.get(name, ())), ""), "")

    def values(self, name: str) -> tuple[str, ...]:
        """The same for a parameter that may be repeated."""
        return self._keep_all(name, self._asked.get(name, ()))

    def matching(self, names: re.Pattern[str]) -> dict[str, list[str]]:
        """The parameters whose names a page cannot know beforehand, such as filters."""
        found = {name: values for name, values in self._asked.items() if names.fullmatch(name)}
        self._known |= set(found)
        return found

    def bound(self, name: str, value: object, names: re.Pattern[str]) -> str:
        """The key of a widget that a page draws itself; an opened one of these names sets it."""
        if opened := {each for each in self._opened if names.fullmatch(each)}:
            self._opened -= opened
            self._opened.add(name)  # for all of them
        self._follow(name, value)
        return self._key(name)

    def keep(self, values: Mapping[str, Sequence[str]]) -> None:
        """Notes parameters that the address shall have."""
        for name, each in values.items():
            self._keep_all(name, each)

    def refuse(self, sentence: str) -> None:
        """Notes what the address asks for and cannot have."""
        self._refused.append(sentence)

    def done(self) -> None:
        """Writes the address, and names what could not be used of the one that was opened."""
        for name in self._asked:
            if name not in self._known:
                self.refuse(f"“{name[:40]}” is not a parameter of this page.")
        self._opened.clear()
        st.session_state[self._key("written")] = self._values
        if self._values != self._asked:
            st.query_params.from_dict(self._values)
        # the address is mended at once, so what was wrong with it stays until the next change
        if self._is_opened or self._refused:
            st.session_state[self._key("refused")] = self._refused
        components.problems(st.session_state.get(self._key("refused"), ()))

    def _key(self, name: str) -> str:
        return f"{self._page}.{name}"

    def _follow(self, name: str, value: object) -> None:
        if name in self._opened or self._key(name) not in st.session_state:
            st.session_state[self._key(name)] = value
        self._opened.discard(name)

    def _one(self, name: str, options: Iterable[str], default: str) -> str:
        asked = self._asked.get(name, ())
        if not asked or asked[-1] in options:
            return asked[-1] if asked else default
        self._refuse(name, asked[-1:])
        return default

    def _refuse(self, name: str, values: Iterable[str]) -> None:
        for each in values:
            self.refuse(f"“{name}={each[:40]}” is not on this page; it shows its default instead.")

    def _words(self, options: Sequence[str] | Mapping[str, str]) -> Words:
        if isinstance(options, Mapping):
            return lambda value: options.get(value, value)
        return str

    def _keep(self, name: str, value: str, default: str) -> str:
        self._known.add(name)
        if value != default:
            self._values[name] = [value]
        return value

    def _keep_all(self, name: str, values: Iterable[str]) -> tuple[str, ...]:
        self._known.add(name)
        if kept := list(values):
            self._values[name] = kept
        return tuple(kept)
