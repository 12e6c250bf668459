"""What packages above are asked, and told (design section 3). Listed in docs/explanation/architecture.md."""

from django.dispatch import Signal

# The user is about to choose a password. Sent with `user`: whoever knows more names it must not be made of answers them.
password_chosen = Signal()

# The user's account no longer has a verified address. Sent with `user`, `key` and `primary`, both canonical forms: whoever repeats
# the one writes the other in its place.
address_removed = Signal()
