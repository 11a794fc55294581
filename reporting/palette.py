"""Colours that mean the same everywhere: a name keeps its own whatever it costs.

Every colour stands 3:1 against both grounds, and any two are told apart without red, green or
blue cones (tests/dashboard/test_design.py).
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256

TEAL, BLUE, RED, MAUVE, CORAL, SKY = (
    "#107d77", "#1c79e8", "#c72f28", "#9f66ac", "#d9765b", "#2999d8",
)  # fmt: skip
OLIVE, PINK, BROWN, GOLD, PURPLE = "#516e00", "#be4d86", "#965b54", "#b07621", "#8251c0"
PALETTE = (TEAL, BLUE, GOLD, PURPLE, CORAL, SKY, OLIVE, PINK, BROWN, MAUVE, RED)
REST = "#8b9195"
LESS, MORE, TOTAL, EVENT = TEAL, RED, BLUE, PINK
OF_SERVICE = {
    "Clusters": TEAL, "Support": PURPLE, "Data Transfer": SKY, "Backup": GOLD, "Storage": OLIVE,
    "Flex Consulting": PINK, "Atlas Data Federation": BLUE, "Premium Features": MAUVE,
    "Serverless Instances": CORAL, "Atlas Stream Processing": BROWN, "AI Model APIs": RED,
}  # fmt: skip
OF_PROVIDER = {"AWS": GOLD, "AZURE": BLUE, "GCP": RED, "ATLAS": TEAL}
OF_CHARGE_TYPE = {
    "usage": TEAL, "support": PURPLE, "minimum_charge": BROWN, "credit": OLIVE, "consulting": PINK,
}  # fmt: skip
_TIERS = ("M10", "M20", "M30", "M40", "M50", "M60", "M80", "M140", "M200", "M300", "M400")
OF_TIER = dict(zip(_TIERS, PALETTE, strict=True))
_FIXED: Mapping[str, str] = {**OF_SERVICE, **OF_PROVIDER, **OF_CHARGE_TYPE, **OF_TIER}


def colours(names: Iterable[str]) -> dict[str, str]:
    """A colour for each name: its own where it has one, else one that its letters choose.

    Whoever finds a colour taken goes to the next that is free, in the order of names and never of
    amounts; past the palette all are grey.
    """
    every = sorted(set(names), key=lambda name: (name not in _FIXED, name))
    free, found = dict.fromkeys(PALETTE), dict[str, str]()
    for name in every:
        home = PALETTE.index(_FIXED[name]) if name in _FIXED else _choice(name)
        order = (*PALETTE[home:], *PALETTE[:home])
        found[name] = next((each for each in order if each in free), REST)
        free.pop(found[name], None)
    return found


def _choice(name: str) -> int:
    return sha256(name.encode("utf-8", "surrogatepass")).digest()[0] % len(PALETTE)
