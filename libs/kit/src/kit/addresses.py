"""Network addresses of callers."""

import ipaddress

_IPV6_HOME = 64  # one subscriber has a whole /64 to choose addresses from


def home_of(address: str) -> str:
    """What stands for one caller: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if parsed.version == 4:
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, _IPV6_HOME), strict=False))
