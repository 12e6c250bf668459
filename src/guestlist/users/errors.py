from django.utils.translation import gettext_lazy as _

from guestlist.kernel.errors import Refusal


class WeakPassword(Refusal):
    code = "weak_password"
    message = _("Choose another password.")

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


class NameMissing(Refusal):
    code = "name_missing"
    message = _("Enter your name.")


class AddressTaken(Refusal):
    code = "address_taken"
    kind = "conflict"
    message = _("This address has an account already. Log in to accept.")


class LinkEnded(Refusal):
    code = "link_ended"
    kind = "conflict"
    message = _("This link has ended. Ask for a new one.")


class WrongPassword(Refusal):
    code = "wrong_password"
    message = _("This is not your password.")


class TooManyTries(Refusal):
    code = "too_many_tries"
    kind = "too_many"
    message = _("Too many wrong passwords. Wait a while, or choose a new password by e-mail.")


class NotConfirmed(Refusal):
    code = "not_confirmed"
    message = _("Type your e-mail address to confirm.")


class WrongCode(Refusal):
    code = "wrong_code"
    message = _("This code is not right, or was used before. Type the newest one.")


class TooManyCodes(Refusal):
    code = "too_many_codes"
    kind = "too_many"
    message = _("Too many codes were tried. Wait five minutes, or use a passkey.")


class PasskeyRefused(Refusal):
    code = "passkey_refused"
    message = _("This passkey was not accepted. Try again, or use another way.")


class FactorExists(Refusal):
    code = "factor_exists"
    kind = "conflict"
    message = _("An authenticator app is set up already. Remove it first to set up another.")


class NoSecondFactor(Refusal):
    code = "no_second_factor"
    kind = "conflict"
    message = _("This account has no second factor. Set up an authenticator app or a passkey first.")


class LastWayIn(Refusal):
    code = "last_way_in"
    kind = "conflict"
    message = _("This passkey is the only way into your account. Set a password or add another passkey first.")


class InvalidAddress(Refusal):
    code = "invalid_address"
    message = _("Enter your whole e-mail address, such as ana@northwind.example.")


class AddressYours(Refusal):
    code = "address_yours"
    kind = "conflict"
    message = _("This is an address of your account already.")


class TooManyAddresses(Refusal):
    code = "too_many_addresses"
    kind = "conflict"
    message = _("An account has at most 10 addresses. Remove one first.")


class TooManyLinks(Refusal):
    code = "too_many_links"
    kind = "too_many"
    message = _("Too many links were asked for. Wait an hour, then try again.")


class PrimaryAddress(Refusal):
    code = "primary_address"
    kind = "conflict"
    message = _("This is your primary address. Make another one primary first.")


class AddressWaits(Refusal):
    code = "address_waits"
    kind = "conflict"
    message = _("This address is not confirmed. Open the link in the mail sent there first.")
