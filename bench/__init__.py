"""Guestlist measured beside its peers and beside what it cannot do without. `python -m bench` runs everything; see README.md."""
