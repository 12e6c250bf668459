from django.utils.translation import gettext_lazy as _

from guestlist.kernel.errors import Refusal


class NoConnection(Refusal):
    code = "no_connection"
    kind = "conflict"
    message = _("No connection is tested and switched on. Set one up, try it, then let people in by it alone.")


class NoBreakGlass(Refusal):
    code = "no_break_glass"
    message = _("Break-glass is for active Admins of the main community with a password or a passkey.")


class BadDomain(Refusal):
    code = "bad_domain"
    message = _("Enter a whole domain, such as northwind.example.")


class PublicDomain(Refusal):
    code = "public_domain"
    message = _("Anybody can have an address there. Enter a domain of your own.")


class DomainClaimed(Refusal):
    code = "domain_claimed"
    kind = "conflict"
    message = _("This domain is in the list already.")


class DomainTaken(Refusal):
    """Said only to whoever has proved to hold the domain, or to the operator."""

    code = "domain_taken"
    kind = "conflict"
    message = _("Another workspace here has proved this domain. Remove it there first, or ask the operator.")


class ProofMissing(Refusal):
    code = "proof_missing"
    kind = "conflict"
    message = _("The DNS does not show the record yet. A new record can take an hour; then check again.")
