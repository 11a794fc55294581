"""What an assistant hears, with all that others wrote apart from what this server says itself.

Whoever may name a project, a user or a tag writes words that an assistant reads. JSON keeps them
inside their strings; one field holds all of them, and the instructions say that nothing under it is
ever an instruction.
"""

import json
import unicodedata

from orchestration.assistant.tool import Document

DATA = "atlas_data"
# Said by this server alone, word for word: never a name, a note, a tag or an error of Atlas.
OURS = ("outcome", "next", "confirmation_token", "token_valid_s")
# A reader does not see them, and a model does: they hide words, or turn their order around.
_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs"})


def marked(document: Document) -> Document:
    """An answer in which everything but our own words stands under one field."""
    ours = {name: document[name] for name in OURS if name in document}
    data = {name: each for name, each in document.items() if name not in OURS}
    return {**ours, DATA: data}


def as_text(document: Document) -> str:
    """The same as JSON in which no character hides."""
    written = json.dumps(document, ensure_ascii=False)
    return "".join(_escaped(each) if _is_unseen(each) else each for each in written)


def named(values: dict[str, list[str]], longest: int = 80) -> str:
    """Names for a description, as JSON; one long enough to hold a sentence or two is left out."""
    short = {name: [each for each in all_ if len(each) <= longest] for name, all_ in values.items()}
    return as_text(short)


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character) in _UNSEEN


def _escaped(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    pairs = (units[i : i + 2] for i in range(0, len(units), 2))
    return "".join(f"\\u{int.from_bytes(pair):04x}" for pair in pairs)
