"""What a workspace may claim, and the DNS record that proves it. Pure."""

from guestlist.kernel.text import BadAddress, read_domain
from guestlist.sso.errors import BadDomain, PublicDomain

# Anybody may have an address there. The DNS keeps everybody else from proving them; this says so before they try.
_OF_MAIL_PROVIDERS = """
    aol.com fastmail.com free.fr gmail.com gmx.com gmx.de gmx.net googlemail.com hotmail.com hotmail.fr icloud.com laposte.net live.com
    mac.com mail.com mail.ru me.com msn.com orange.fr outlook.com outlook.fr proton.me protonmail.com qq.com t-online.de web.de
    yahoo.com yahoo.fr yandex.com yandex.ru zoho.com 163.com
"""
_PUBLIC = frozenset(_OF_MAIL_PROVIDERS.split())


def domain_name(text: str) -> str:
    """A domain as typed, also with an `@` before it, as the DNS has it. Raises BadDomain, PublicDomain."""
    try:
        name = read_domain(text.strip().removeprefix("@"))
    except BadAddress as broken:
        raise BadDomain from broken
    if name in _PUBLIC:
        raise PublicDomain
    return name


def record_name(domain: str) -> str:
    """Where the TXT record lies: below the domain, so that it is in nobody's way there."""
    return f"_guestlist.{domain}"


def record_value(token: str) -> str:
    return f"guestlist-verify={token}"
