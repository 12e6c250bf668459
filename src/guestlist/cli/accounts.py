"""guestlist user disable, enable, reset-mfa, erase"""

import argparse

from guestlist.cli.terminal import Stopped, confirm, say
from guestlist.invitations.commands import erase_user
from guestlist.kernel.actors import OPERATOR
from guestlist.kernel.text import address_key
from guestlist.members.commands import disable_user, enable_user, reset_second_factor
from guestlist.users.models import User
from guestlist.users.queries import user_by_address


def disable(args: argparse.Namespace) -> None:
    user = account_of(args.email)
    confirm(f"End all sessions of {user.name} and refuse their sign-in?", yes=args.yes)
    disable_user(actor=OPERATOR, user=user)
    say(f"{user.name} is disabled.")


def enable(args: argparse.Namespace) -> None:
    user = account_of(args.email)
    enable_user(actor=OPERATOR, user=user)
    say(f"{user.name} may sign in again.")


def reset_mfa(args: argparse.Namespace) -> None:
    user = account_of(args.email)
    confirm(f"Remove authenticator app, recovery codes and passkeys of {user.name} and end all their sessions?", yes=args.yes)
    reset_second_factor(actor=OPERATOR, user=user)
    say(f"The second factor of {user.name} is removed, and a mail tells them.")
    if not user.has_usable_password():
        say("They had no password: a second mail holds a link to set one.")


def erase(args: argparse.Namespace) -> None:
    user = account_of(args.email)
    confirm(f"Erase {user.name} and end all their memberships? This cannot be undone.", yes=args.yes)
    erase_user(actor=OPERATOR, user=user)
    say(f"The account of {args.email} is erased. The history keeps what it did, without name and address.")


def account_of(email: str) -> User:
    """Raises Stopped."""
    user = user_by_address(address_key(email))
    if user is None:
        raise Stopped(f"No account has verified the address {email}.")
    return user
