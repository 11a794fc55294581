"""Whole lists out of pages, although a list may change while it is read."""

from collections.abc import Callable
from dataclasses import dataclass, field

from orchestration.atlas import responses
from orchestration.atlas.answers import Answer
from orchestration.atlas.errors import MalformedAnswer

PAGE_SIZE = 500
MAX_PAGES = 10_000
# An organization that changes at every reading is taken as it is after this many.
READINGS = 3
Query = dict[str, str]
GetPage = Callable[[Query], Answer]


@dataclass
class Reading:
    """One list, read from its first page to its last.

    Attributes:
        pages: As Atlas sent them.
        seen: How many objects the pages hold, each as often as it came.
        objects: The objects, each once.
        totals: What each page with objects said that the list holds; None where it did not.
    """

    pages: list[Answer] = field(default_factory=list)
    seen: int = 0
    objects: set[str] = field(default_factory=set)
    totals: list[int | None] = field(default_factory=list)

    def add(self, page: Answer, document: object) -> None:
        """Take the next page, and what its body holds."""
        found = responses.results(document)
        self.pages.append(page)
        self.seen += len(found)
        self.objects.update(_identity(each) for each in found)
        if found:
            self.totals.append(responses.total_count(document))

    @property
    def may_lack_some(self) -> bool:
        """Whether the list changed while it was read, so that a page may have begun too late.

        One page cannot miss anything, whatever it counts.
        """
        if len(self.totals) < 2:
            return False
        return len(set(self.totals)) > 1 or len(self.objects) < (self.totals[-1] or 0)

    def agrees_with(self, other: "Reading | None") -> bool:
        """Whether two readings found the same."""
        return other is not None and self.objects == other.objects


def _identity(found: object) -> str:
    named = found.get("id") or found.get("_id") if isinstance(found, dict) else None
    return str(named or found)


def read_list(get_page: GetPage, params: Query, what: str) -> list[Answer]:
    """Every page of a list.

    An object that vanishes while a list is read moves those behind it up, and the one at the
    page's edge is missed: a list whose count changed, or that brought fewer objects than its
    count, is read again from the start. Atlas calls the count an estimate, so two readings that
    find the same are believed, and the third in any case.

    Args:
        get_page: Asks for one page.
        params: Query parameters besides the page's.
        what: What is being read, for error messages.

    Raises:
        MalformedAnswer: the list repeats itself; a part of it may be missing.
    """
    before: Reading | None = None
    for _ in range(READINGS):
        reading = _read_once(get_page, params, what)
        if not reading.may_lack_some or reading.agrees_with(before):
            break
        before = reading
    return reading.pages


def _read_once(get_page: GetPage, params: Query, what: str) -> Reading:
    query = {"itemsPerPage": str(PAGE_SIZE), **params}
    reading, bodies, by_link = Reading(), set[bytes](), True
    for number in range(2, MAX_PAGES + 2):
        page = get_page(query)
        if page.body in bodies and not by_link:
            return reading  # the count was an estimate: a real answer said 35 and listed all 34
        if page.body in bodies:
            raise MalformedAnswer(f"{what}: Atlas's list repeats a page instead of ending.")
        bodies.add(page.body)
        document = page.document
        reading.add(page, document)
        following = responses.next_page(document)
        by_link = following is not None
        if not by_link and responses.says_there_is_more(document, reading.seen):
            following = {"pageNum": str(number)}
        if following is None:
            return reading
        query = {**query, **following}
    raise MalformedAnswer(f"{what}: Atlas's list does not end after {MAX_PAGES} pages.")
