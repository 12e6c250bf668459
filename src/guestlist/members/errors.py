from django.utils.translation import gettext_lazy as _

from guestlist.kernel.errors import Refusal


class NotAllowed(Refusal):
    code = "not_allowed"
    kind = "forbidden"
    message = _("You may not do this here. Ask an Admin of the community.")


class AboveCeiling(Refusal):
    code = "above_ceiling"
    kind = "forbidden"
    message = _("You may not hand out this role here. Ask an Admin of the community.")


class UnknownRole(Refusal):
    """A foreign role and one that does not exist are the same answer."""

    code = "unknown_role"
    message = _("There is no such role here.")


class AmbiguousRole(UnknownRole):
    """Made before, or moved to where, another of the same name can be given."""

    code = "ambiguous_role"
    message = _("Several roles have this name here. Give its id.")


class NoRoles(Refusal):
    code = "no_roles"
    message = _("Pick at least one role.")


class ChangedMeanwhile(Refusal):
    code = "changed_meanwhile"
    kind = "conflict"
    message = _("Somebody changed this while you looked at it. Look again, then save.")


class EndInThePast(Refusal):
    code = "end_in_the_past"
    message = _("Pick a day that is still to come, or deactivate now.")


class LastAdmin(Refusal):
    code = "last_admin"
    kind = "conflict"
    message = _("This is the last Admin. Give Admin of the main community to someone else first.")


class NameTaken(Refusal):
    code = "name_taken"
    kind = "conflict"
    message = _("A role of this name exists already.")


class MixedAlphabets(Refusal):
    code = "mixed_alphabets"
    message = _("Write the name in letters of one alphabet.")


class RoleTextTooLong(Refusal):
    code = "role_text_too_long"
    message = _("A role's name has at most 80 characters, its description 300. Shorten it.")


class UnknownPermission(Refusal):
    """Neither Guestlist nor an application behind it knows it."""

    code = "unknown_permission"
    message = _("There is no such permission.")


class BuiltInRole(Refusal):
    code = "built_in_role"
    kind = "forbidden"
    message = _("Built-in roles are the same everywhere and cannot be changed. Duplicate it, and change the copy.")


class RoleHeld(Refusal):
    code = "role_held"
    kind = "conflict"
    message = _("Somebody holds this role. Choose a role to move its holders to.")


class RolesOutOfReach(Refusal):
    """A role is usable in its own community and below: whoever holds it elsewhere would hold nothing. `message` names them."""

    code = "roles_out_of_reach"
    kind = "conflict"
    message = _("Roles in use here are not usable there. Give their holders another role first.")
