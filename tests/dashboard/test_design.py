"""Colours that everybody can see, and that stay with a name."""

from itertools import combinations, product

import numpy as np
import pytest

from dashboard import design

# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB
SIGHT = {
    "normal": np.eye(3),
    "deutan": np.array([
        [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ]),
    "protan": np.array([
        [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ]),
    "tritan": np.array([
        [1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ]),
}  # fmt: skip
TO_CONES = np.array([
    [0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
])  # fmt: skip
TO_OKLAB = np.array([
    [0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.8086757660],
])  # fmt: skip
# a difference that one just sees side by side is 0.02 in this space
APART = {"normal": 0.08, "deutan": 0.055, "protan": 0.055, "tritan": 0.055}
MARKS = (*design.PALETTE, design.REST)


def linear(colour: str) -> np.ndarray:
    channels = np.array([int(colour[n : n + 2], 16) for n in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    low, high = sorted(linear(each) @ (0.2126, 0.7152, 0.0722) + 0.05 for each in (one, other))
    return high / low


def seen(colour: str, sight: str) -> np.ndarray:
    light = np.clip(SIGHT[sight] @ linear(colour), 0, 1)
    return TO_OKLAB @ np.cbrt(TO_CONES @ light)


@pytest.mark.parametrize(("ground", "mark"), [*product(design.GROUNDS, MARKS)])
def test_a_mark_stands_out_from_its_ground(ground, mark):
    assert contrast(design.GROUNDS[ground], mark) >= 3


@pytest.mark.parametrize("ground", [*design.GROUNDS])
def test_the_text_of_an_axis_can_be_read(ground):
    assert contrast(design.GROUNDS[ground], design.AXIS_TEXT[ground]) >= 4.5


@pytest.mark.parametrize("sight", [*SIGHT])
def test_two_colours_are_told_apart(sight):
    for one, other in combinations(MARKS, 2):
        assert np.linalg.norm(seen(one, sight) - seen(other, sight)) >= APART[sight], (one, other)


def test_a_service_keeps_its_colour_beside_whatever_else():
    for names in (["Clusters"], ["Clusters", "shop", "zebra"], list(design.OF_SERVICE)):
        assert design.colours(names)["Clusters"] == design.TEAL


def test_a_tier_has_one_colour_on_every_cluster():
    alone = {tier: design.colours([tier])[tier] for tier in ("M10", "M20", "M30", "M40", "M60")}
    assert design.colours(["M0, M10", "flex", *alone]).items() >= alone.items()
    assert len(set(alone.values())) == len(alone)


def test_a_colour_is_never_of_a_rank():
    names = ["shop", "analytics", "mobile", "platform"]
    assert design.colours(names) == design.colours(reversed(names))


def test_no_two_names_share_a_colour_until_all_are_used_up():
    found = design.colours(f"project {n}" for n in range(20))
    used = [each for each in found.values() if each != design.REST]
    assert sorted(used) == sorted(design.PALETTE)
