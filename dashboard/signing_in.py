"""Who looks at a page, and what they may see and do: asked anew whenever a page reads or writes."""

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from re import fullmatch
from typing import TypeVar

import streamlit as st

from orchestration.config.sign_in import Provider, Proxy, listed
from orchestration.settings import load_settings
from orchestration.workspaces.model import ALL, Access, Person, Role, read_workspaces
from orchestration.workspaces.scope import Scope
from reporting import formats

# what the proxy's headers are called in st.user; a claim of a provider cannot be called so
PROXY_EMAIL = "atlas_costs_proxy_email"
PROXY_GROUPS = "atlas_costs_proxy_groups"
CHOSEN = "workspace"
_ADDRESS = r"[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+"
R = TypeVar("R")


class NoAccessError(Exception):
    """Nothing may be shown; the message says why and what to do."""


class NotSignedInError(NoAccessError):
    """Nobody is signed in, or no longer."""


@dataclass(frozen=True)
class Visitor:
    """Somebody who signed in, the workspace they chose, and when they signed in (UTC)."""

    person: Person
    workspace: str = ""
    since: datetime | None = None


# of what runs after its page has run, such as the making of a file
_visitor: ContextVar[Visitor | None] = ContextVar("visitor", default=None)


@cache
def identity() -> Provider | Proxy | None:
    """How people sign in to this server; what it started with holds until it ends.

    Raises:
        SettingsError: a setting of sign-in cannot be used.
    """
    return load_settings().identity()


def access() -> Access:
    """What the visitor may see and do now.

    Raises:
        NoAccessError: nobody is signed in, or no workspace names them.
        SettingsError: a setting or config/workspaces.yaml cannot be used.
    """
    if identity() is None:
        return ALL
    now = visitor()
    found = accesses(now)
    return next((each for each in found if each.workspace == now.workspace), found[0])


def scope() -> Scope | None:
    """What of the bill the visitor may see now; None is everything.

    Raises:
        NoAccessError: nothing; where a page is being drawn, the run ends at the gate instead.
    """
    try:
        return access().scope
    except NoAccessError:
        # a part of a page that runs by itself begins again with the gate
        st.rerun()
        raise


def accesses(now: Visitor) -> list[Access]:
    """Every workspace of a visitor, at least one.

    Raises:
        NoAccessError: the session has ended, or no workspace names them.
    """
    settings = load_settings()
    longest = timedelta(hours=settings.session_hours)
    if now.since and not timedelta(minutes=-5) <= datetime.now(UTC) - now.since < longest:
        raise NotSignedInError("Your session has ended: sign in again.")
    workspaces = read_workspaces(settings.workspaces_file)
    found = workspaces.of(now.person, fold_tags=settings.tag_keys_ignore_case)
    if not found:
        whom = f"Ask {workspaces.ask}" if workspaces.ask else "Ask whoever runs this dashboard"
        raise NoAccessError(
            f"You are signed in as {now.person.email}, but no workspace includes this address. "
            f"{whom} to add it to one."
        )
    return found


def visitor() -> Visitor:
    """Who is signed in.

    Raises:
        NotSignedInError: nobody is.
    """
    if known := _visitor.get():
        return known
    how = identity()
    said: Mapping[str, object] = st.user.to_dict()
    chosen = str(st.session_state.get(CHOSEN, ""))
    if not isinstance(how, Provider):
        groups = listed(str(said.get(PROXY_GROUPS) or ""))
        return Visitor(Person(_email(said.get(PROXY_EMAIL)), frozenset(groups)), chosen)
    if said.get("is_logged_in") is not True:
        raise NotSignedInError("Sign in to see costs.")
    if said.get("email_verified") is False:
        raise NotSignedInError("Your identity provider has not verified your email address.")
    person = Person(_email(said.get("email")), _groups(said.get(how.groups_claim)))
    return Visitor(person, chosen, _moment(said.get("iat")))


def _email(said: object) -> str:
    if not isinstance(said, str) or not fullmatch(_ADDRESS, said.strip()):
        raise NotSignedInError("Your sign-in did not provide an email address.")
    return said.strip().casefold()


def _groups(said: object) -> frozenset[str]:
    listed = said if isinstance(said, list) else [said]
    return frozenset(each for each in listed if isinstance(each, str))


def _moment(said: object) -> datetime:
    if isinstance(said, bool) or not isinstance(said, int | float):
        raise NotSignedInError("Your identity provider did not say when you signed in.")
    return datetime.fromtimestamp(said, UTC)


def remembered(make: Callable[[], R]) -> Callable[[], R]:
    """What is called after the page has run, as the visitor who saw the page.

    What they may see is asked when it is called.
    """
    if identity() is None:
        return make
    now = visitor()

    def called() -> R:
        token = _visitor.set(now)
        try:
            return make()
        finally:
            _visitor.reset(token)

    return called


def may(role: Role) -> bool:
    """Whether the visitor may do what a role may."""
    return access().role >= role


def who() -> str:
    """The visitor's address; empty where nobody has to sign in."""
    return visitor().person.email if identity() else ""


def gate() -> None:
    """Ends the run with a page that says what to do, unless the visitor may see something."""
    try:
        access()
    except NoAccessError as error:
        _refused(error)
        st.stop()


def _refused(error: NoAccessError) -> None:
    st.title("Atlas costs")
    st.info(formats.plain(str(error)), icon=":material/lock:")
    if not isinstance(identity(), Provider):
        return
    if isinstance(error, NotSignedInError):
        st.button("Sign in", on_click=st.login, type="primary", icon=":material/login:")
    else:
        st.button("Sign out", on_click=st.logout, icon=":material/logout:")


def menu() -> None:
    """Draws who is signed in, the choice among their workspaces, and the way out."""
    if identity() is None:
        return
    now = visitor()
    names = [each.workspace for each in accesses(now)]
    with st.sidebar.container(gap="xsmall", key="visitor"):
        st.caption(formats.plain(now.person.email))
        if len(names) > 1:
            st.selectbox(
                "Workspace", names, key=CHOSEN, format_func=lambda name: name or "Everything"
            )
        elif names[0]:
            st.caption(f"Workspace {formats.plain(names[0])}")
        if isinstance(identity(), Provider):
            st.button("Sign out", on_click=st.logout, icon=":material/logout:", type="tertiary")
