"""What is told upwards: whoever listens does so in a module `events` of a package above, in the transaction of the change."""

from django.dispatch import Signal

recorded = Signal()  # actor, changes, at: after the events of `record` are written
