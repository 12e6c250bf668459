"""Sign-in with a workspace's own directory (design rule 16): connections, domains, automatic creation of users.

The protocols are allauth's; who is let in, as what and where is decided by the commands here.
"""
