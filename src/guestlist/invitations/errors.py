from django.utils.translation import gettext_lazy as _

from guestlist.kernel.errors import Refusal


class NoEntries(Refusal):
    code = "no_entries"
    message = _("Enter at least one e-mail address.")


class NoGrants(Refusal):
    code = "no_grants"
    message = _("Pick at least one community, and a role in it.")


class TooManyPeople(Refusal):
    code = "too_many_people"
    kind = "too_large"
    message = _("Invite at most 100,000 people at a time.")


class AlreadyDecided(Refusal):
    """Accepted, declined, revoked or replaced meanwhile."""

    code = "already_decided"
    kind = "conflict"
    message = _("This invitation was decided already.")


class Expired(Refusal):
    code = "expired"
    kind = "conflict"
    message = _("This invitation has ended. Ask for a new link.")


class Changed(Refusal):
    code = "changed"
    kind = "conflict"
    message = _("The invitation changed while you were reading it. Read it again, then join.")


class NothingLeft(Refusal):
    code = "nothing_left"
    kind = "conflict"
    message = _("Whoever invited you may no longer do so. Ask them to have it sent again by someone who may.")


class AccountExists(Refusal):
    code = "account_exists"
    kind = "conflict"
    message = _("This address has an account already. Log in to accept.")


class WrongAccount(Refusal):
    code = "wrong_account"
    kind = "forbidden"
    message = _("This invitation is for another address. Nothing was used up.")


class WrongAddress(Refusal):
    code = "wrong_address"
    message = _("This is not the address the invitation was sent to. Enter that one.")


class TooManyMails(Refusal):
    code = "too_many_mails"
    kind = "too_many"
    message = _("This address was sent 20 links already. Wait a day, or revoke the invitation and invite again then.")


class TooSoon(Refusal):
    code = "too_soon"
    kind = "too_many"
    message = _("A link was sent a moment ago. Look in your mailbox, or try again in 10 minutes.")


class NoMoreLinks(Refusal):
    code = "no_more_links"
    kind = "too_many"
    message = _("Three new links were sent already. Ask whoever invited you to send the invitation again.")
