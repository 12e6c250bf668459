"""Ask people in: invite, resend, revoke, accept, decline; batches.

The grant is the unit: one community with its roles and who gave it. An invitation holds the grants for one address in one
workspace; at most one is pending, and none is ever deleted.
"""
