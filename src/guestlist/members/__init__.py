"""Memberships, roles and API keys, and the rules that keep a place owned.

A membership is one user in one community. The rule worth remembering: you may manage exactly the people you could have invited.
"""
