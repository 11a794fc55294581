"""Addresses, blocks and security groups as an access list has them, and how much they let in."""

import re
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network

Network = IPv4Network | IPv6Network
# An account may stand before it.
SECURITY_GROUP = re.compile(r"(\d+/)?sg-[0-9a-f]{8,17}")
# The largest block that one owner has, by version: what is wider is a part of the internet.
WIDEST = {4: 8, 6: 32}
EVERYBODY = {4: "0.0.0.0/0", 6: "::/0"}
IPV4_IN_IPV6 = IPv6Network("::ffff:0:0/96")
NO_ENTRY = (
    "must be an IP address (203.0.113.7), a CIDR block (10.0.0.0/8) or an AWS security group (sg-…)"
)


def entry_of(text: str) -> str:
    """An entry as Atlas lists it: a single address without its length.

    Raises:
        ValueError: it is none, or does not say what it means.
    """
    text = text.strip()
    if SECURITY_GROUP.fullmatch(text):
        return text
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        raise ValueError(NO_ENTRY) from None
    if "%" in text or (isinstance(network, IPv6Network) and network.subnet_of(IPV4_IN_IPV6)):
        raise ValueError(f"{NO_ENTRY}; IPv4 is written as IPv4, and no network card is named")
    address = text.partition("/")[0]
    if not _is_single(network) and ip_network(address)[0] != network.network_address:
        raise ValueError(f"is an address within a block: say {address} or {network}")
    return _told(network)


def new_entry_of(text: str) -> str:
    """An entry that is to be added: entry_of, which some host must have.

    Raises:
        ValueError: see entry_of; or it is the address of none, as 0.0.0.0 is.
    """
    entry = entry_of(text)
    network = _network(entry)
    if network and _is_single(network) and network.network_address.is_unspecified:
        everybody = EVERYBODY[network.version]
        raise ValueError(f"is the address of no host; {everybody} means every address")
    return entry


def listed_entry(text: str) -> str:
    """An entry that Atlas has, in the same spelling; one that we would not take stays as it is."""
    network = _network(text)
    return text if network is None else _told(network)


def field_of(entry: str) -> str:
    """Atlas's field for it."""
    if SECURITY_GROUP.fullmatch(entry):
        return "awsSecurityGroup"
    return "cidrBlock" if "/" in entry else "ipAddress"


def width_refusals(entries: Iterable[str], listed: Iterable[str]) -> list[str]:
    """Why entries are refused unless it was allowed expressly: they open too much.

    Halves of the internet are the internet, so blocks count together.
    """
    before = set(_collapsed(listed))
    after = _collapsed([*listed, *entries])
    return [_refusal(each) for each in after if _is_too_wide(each) and each not in before]


def open_warnings(entries: Iterable[str], listed: Iterable[str]) -> list[str]:
    """That entries restrict nothing, as long as the list lets every address in anyway."""
    versions = {each.version for each in _collapsed(listed) if each.prefixlen == 0}
    # of a security group's members the addresses are IPv4
    found = (_network(each) for each in entries if each not in EVERYBODY.values())
    hit = sorted(versions & {each.version if each else 4 for each in found})
    return [
        f"{EVERYBODY[each]} is on the list, alone or in parts: while it is, every address may "
        "connect, and this restricts nothing"
        for each in hit
    ]


def _refusal(network: Network) -> str:
    how_much = "the whole internet" if network.prefixlen == 0 else "a large part of the internet"
    return f"{network} lets {how_much} in: set allow_anywhere: true if that is meant"


def _is_too_wide(network: Network) -> bool:
    return network.prefixlen < WIDEST[network.version]


def _collapsed(entries: Iterable[str]) -> list[Network]:
    networks = [each for each in map(_network, entries) if each is not None]
    old = (each for each in networks if isinstance(each, IPv4Network))
    new = (each for each in networks if isinstance(each, IPv6Network))
    return [*collapse_addresses(old), *collapse_addresses(new)]


def _network(text: str) -> Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def _is_single(network: Network) -> bool:
    return network.prefixlen == network.max_prefixlen


def _told(network: Network) -> str:
    return str(network.network_address) if _is_single(network) else str(network)
