from guestlist.access.roles import GUEST
from guestlist.invitations.commands import invite, run_batches
from guestlist.invitations.rules import Person, Wanted
from guestlist.kernel.actors import OPERATOR
from tests.invariants import assert_sound


def test_x(cast):
    done = invite(
        actor=OPERATOR,
        workspace=cast.northwind,
        people=[Person(f"a{n}@x.example") for n in range(1200)],
        grants=[Wanted(cast.main.id, frozenset({GUEST}))],
    )
    n = []

    def stop():
        n.append(1)
        return len(n) > 6

    print(run_batches(stop=stop), len(n))
    done.batch.refresh_from_db()
    print(done.batch.state, done.batch.done)
    assert_sound()
    assert done.batch.state == "done"
