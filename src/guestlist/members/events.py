"""What packages above are told, in the same transaction (design section 3). Listed in docs/explanation/architecture.md."""

from django.dispatch import Signal

# A role is about to go. Sent with `actor`, `role` and `move_to` (a role, or None): whoever keeps roles by id moves them, or raises
# RoleHeld where there is nothing to move them to.
role_going = Signal()
