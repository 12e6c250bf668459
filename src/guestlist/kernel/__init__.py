"""Words any package may use: ids, the clock, refusals, actors, signed links, text rules. Knows no domain word."""
