from guestlist.sso.commands.policy import change_sign_in_policy

__all__ = ["change_sign_in_policy"]
