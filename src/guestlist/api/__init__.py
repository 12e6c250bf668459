"""The HTTP API under /api/v1: JSON in, one command, JSON out. `site.api` is what the map of URLs mounts."""
