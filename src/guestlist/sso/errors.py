from django.utils.translation import gettext_lazy as _

from guestlist.kernel.errors import Refusal


class OnlyWayIn(Refusal):
    code = "only_way_in"
    kind = "conflict"
    message = _("This directory is the only way into your account. Set a password or add a passkey first.")


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


class ConnectionNameTaken(Refusal):
    code = "connection_name_taken"
    kind = "conflict"
    message = _("A connection of this name exists already. Choose another name.")


class BadIssuer(Refusal):
    code = "bad_issuer"
    message = _("Enter the issuer exactly as your provider shows it: an address that starts with https://.")


class BadSsoUrl(Refusal):
    code = "bad_sso_url"
    message = _("Enter the sign-on address as your provider shows it: it starts with https://.")


class ClientMissing(Refusal):
    code = "client_missing"
    message = _("Enter the client id and the client secret of your provider.")


class BadMetadata(Refusal):
    code = "bad_metadata"
    message = _("This is not the metadata of a SAML provider. Download it from your provider again and upload it unchanged.")


class BadCertificate(Refusal):
    code = "bad_certificate"
    message = _("This is no certificate in PEM form. Download it from your provider again.")


class ProtocolStays(Refusal):
    code = "protocol_stays"
    kind = "conflict"
    message = _("A connection keeps its protocol. Make another connection.")


class NotTested(Refusal):
    code = "not_tested"
    kind = "conflict"
    message = _("Test the connection first, then switch it on.")


class AdministrativeRole(Refusal):
    code = "administrative_role"
    message = _("The role by default cannot have administrative permissions. Choose another role.")


class NoDefaults(Refusal):
    code = "no_defaults"
    message = _("Choose a role by default and the communities it is for, or map a group.")


class BadGroup(Refusal):
    code = "bad_group"
    message = _("Enter the name of a group as your directory writes it, at most 191 characters.")


class ConnectionClosed(Refusal):
    """Switched off, also while somebody was on their way through it."""

    code = "connection_closed"
    kind = "conflict"
    message = _("This way to sign in is switched off. Ask an administrator of the workspace.")


class CannotLetIn(Refusal):
    """`message` says what stands in the way."""

    code = "cannot_let_in"
    kind = "conflict"
    message = _("This person cannot be let in from here.")


class NotYourAddress(Refusal):
    code = "not_your_address"
    kind = "forbidden"
    message = _("The directory knows you by an address that is not one of this account. Sign in as its holder.")


class LinkTooLate(Refusal):
    code = "link_too_late"
    kind = "conflict"
    message = _("This took too long. Sign in through your directory again.")


class TooManySignIns(Refusal):
    code = "too_many_sign_ins"
    kind = "too_many"
    message = _("Too many sign-ins from your network came to nothing. Wait ten minutes and try again, or log in another way.")
