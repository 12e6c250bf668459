"""The command line of the operator: `guestlist …`. It parses, calls one command, prints."""
