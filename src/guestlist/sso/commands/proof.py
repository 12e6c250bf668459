"""Looks for the proof of a domain in the DNS."""

import dns.exception
import dns.rdatatype
import dns.resolver
from django.conf import settings

from guestlist.sso.rules import record_name, record_value

PATIENCE = 3.0  # seconds, all servers together


def holds_proof(domain: str, token: str) -> bool | None:
    """Whether the TXT record with this token is there; None where the DNS does not say, by an error or by no answer in PATIENCE.
    Call it outside transactions."""
    try:
        found = _resolver().resolve(record_name(domain), dns.rdatatype.TXT, lifetime=PATIENCE)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return False
    except dns.exception.DNSException:
        return None
    return record_value(token).encode() in [b"".join(each.strings) for each in found]


def _resolver() -> dns.resolver.Resolver:
    servers = [each.rpartition(":") if each.count(":") == 1 else (each, "", "53") for each in settings.GUESTLIST_DNS_SERVERS]
    resolver = dns.resolver.Resolver(configure=not servers)
    if servers:
        resolver.nameservers = [address for address, _, _ in servers]
        resolver.nameserver_ports = {address: int(port) for address, _, port in servers}
    return resolver
