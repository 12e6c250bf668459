"""The invariants of the live data, for the end of every scenario."""

from guestlist.sso.queries.invariants import broken_invariants


def assert_sound() -> None:
    broken = broken_invariants()
    assert not broken, "\n".join(f"{each.name}: {each.what}: {each.rows}" for each in broken)
