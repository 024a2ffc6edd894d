"""Which network addresses this server may be sent to by its users."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

# Never, not even with the operator's leave: metadata of clouds, neighbours on the wire, groups, and what is no address.
NEVER_V4 = tuple(map(IPv4Network, ("0.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "224.0.0.0/3", "168.63.129.16/32")))
NEVER_V6 = tuple(map(IPv6Network, ("::/128", "fe80::/10", "fec0::/10", "ff00::/8", "fd00:ec2::/32")))
# With the operator's leave: this machine, private networks (RFC 1918, 4193) and those of carriers (RFC 6598).
PRIVATE_V4 = tuple(map(IPv4Network, ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")))
PRIVATE_V6 = tuple(map(IPv6Network, ("::1/128", "fc00::/7")))
GLOBAL_V6 = IPv6Network("2000::/3")
# What carries an IPv4 address inside and is delivered to it: mapped, and translated (RFC 6052).
CARRIERS_V6 = tuple(map(IPv6Network, ("::ffff:0:0/96", "64:ff9b::/96")))
# Tunnels (6to4, Teredo): nobody needs them, and what they lead to cannot be told with certainty.
TUNNELS_V6 = tuple(map(IPv6Network, ("2002::/16", "2001::/32")))


def may_connect(text: str, *, allow_private: bool) -> bool:
    """Whether a connection may be made to this address.

    Parameters
    ----------
    text : str
        An IPv4 or IPv6 address as `getaddrinfo` writes it; anything else is refused.
    allow_private : bool
        Whether this machine and private networks are allowed.
    """
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        if any(address in network for network in CARRIERS_V6):
            return _may_v4(IPv4Address(int(address) & 0xFFFFFFFF), allow_private)
        return _may_v6(address, allow_private)
    return _may_v4(address, allow_private)


def _may_v4(address: IPv4Address, allow_private: bool) -> bool:
    if any(address in network for network in NEVER_V4):
        return False
    if any(address in network for network in PRIVATE_V4):
        return allow_private
    return address.is_global


def _may_v6(address: IPv6Address, allow_private: bool) -> bool:
    if any(address in network for network in (*NEVER_V6, *TUNNELS_V6)):
        return False
    if any(address in network for network in PRIVATE_V6):
        return allow_private
    return address in GLOBAL_V6 and address.is_global
