"""Which addresses belong to the open internet: nobody's private network, and not our own.

Source: IANA IPv4 and IPv6 Special-Purpose Address Registries. Python's own `is_global` follows
them too, but differs between its patch releases and calls multicast global.
"""

from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

CLOSED_V4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # this network
            "10.0.0.0/8",  # private
            "100.64.0.0/10",  # carriers' shared space
            "127.0.0.0/8",  # loopback
            "169.254.0.0/16",  # link-local; cloud metadata and ECS credentials
            "172.16.0.0/12",  # private
            "192.0.0.0/24",  # protocol assignments
            "192.0.2.0/24",  # documentation
            "192.88.99.0/24",  # 6to4 relays
            "192.168.0.0/16",  # private
            "198.18.0.0/15",  # benchmarks
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, broadcast
        ),
    )
)

OPEN_V6 = IPv6Network("2000::/3")
"""All that is given out. Loopback, unique local, link-local, multicast, IPv4-mapped lie outside."""

CLOSED_V6 = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # protocol assignments; Teredo carries an IPv4 address
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4 carries an IPv4 address
            "3fff::/20",  # documentation
        ),
    )
)

NAT64 = ip_network("64:ff9b::/96")
"""What a network without IPv4 makes of an IPv4 address: the last 32 bits decide."""


def is_public(address: str) -> bool:
    """Whether this IP address may be called."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return _open_v4(parsed) if isinstance(parsed, IPv4Address) else _open_v6(parsed)


def _open_v4(address: IPv4Address) -> bool:
    return address.is_global and not any(address in network for network in CLOSED_V4)


def _open_v6(address: IPv6Address) -> bool:
    if address.scope_id is not None:
        return False
    if address in NAT64:
        return _open_v4(IPv4Address(int(address) & 0xFFFF_FFFF))
    return address in OPEN_V6 and not any(address in network for network in CLOSED_V6)
