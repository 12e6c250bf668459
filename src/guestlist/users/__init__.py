"""A user: one human with one account on this installation, their addresses, and how they prove who they are."""
