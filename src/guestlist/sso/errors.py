from django.utils.translation import gettext_lazy as _

from guestlist.kernel.errors import Refusal


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
