"""What happened: one append-only row per change, written in the change's own transaction."""
