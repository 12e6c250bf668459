"""The mails about memberships, as drafts for the outbox. Their words are in templates/members/emails/."""

from datetime import timedelta

from django.utils import translation
from django.utils.formats import date_format

from guestlist.mail.commands import Draft
from guestlist.members.models import Membership
from guestlist.users.emails import mail_to
from guestlist.users.models import User


def end_near_mail(membership: Membership) -> Draft:
    """Tells the holder on which day their membership ends."""
    return _draft("members/emails/end_near", membership, membership.user)


def end_near_manager_mail(membership: Membership, manager: User) -> Draft:
    """The same for somebody who can move the end, with the way to the page where they do."""
    return _draft("members/emails/end_near_manager", membership, manager)


def _draft(template: str, membership: Membership, to: User) -> Draft:
    workspace, community = membership.workspace, membership.community
    context = {
        "workspace": workspace.name,
        "community": community.name,
        "holder": membership.user.name or membership.user.email,
        "day": _last_day(membership, to.language or "en"),
        "path": f"/w/{workspace.slug}/users/{membership.user_id}?in={community.slug}",
    }
    return mail_to(to, template, workspace.id, context)


def _last_day(membership: Membership, language: str) -> str:
    """An end at midnight is the end of the day before."""
    assert membership.ends_at is not None
    with translation.override(language):
        return date_format(membership.ends_at - timedelta(microseconds=1), "j F Y")
