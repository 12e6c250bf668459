"""Settings > Workspace > Audit log: read, narrow, take away."""

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from guestlist.audit.models import Event
from guestlist.audit.queries import in_chunks, page_of
from guestlist.invitations.queries import Told, documents, tell, visible_events
from guestlist.kernel.actors import Actor
from guestlist.kernel.ids import as_id
from guestlist.members.queries import fetch_workspace
from guestlist.web.audit.filters import choices, read_filters
from guestlist.web.crumbs import settings_trail
from guestlist.web.history import sentence, sentences
from guestlist.web.people.lists import pager
from guestlist.web.presenting import cell
from guestlist.web.shell import open_workspace
from guestlist.workspaces.models import Workspace

SIZE = 50
COLUMNS = ["at", "event", "actor", "action", "target", "community", "before", "after", "address", "request_id", "id"]
COLUMNS += ["actor_kind", "actor_id", "actor_email", "target_kind", "target_id", "community_id"]


@require_safe
@login_required
def audit_page(request: HttpRequest, slug: str) -> HttpResponse:
    actor, workspace = request.user.actor, open_workspace(request, slug, "ws-audit")
    filters = read_filters(actor, workspace, request.GET)
    found = visible_events(actor, workspace, filters.sought)
    after = request.GET.get("after", "")
    events, following = page_of(found, as_id(after), SIZE) if not filters.errors else ([], None)
    query = urlencode({name: value for name, value in filters.typed.items() if value})
    page = {
        "crumbs": settings_trail(slug, (_("Audit log"), "")),
        "lead": _("Who did what to whom, and where. Nothing here can be changed. Times are in %(zone)s.")
        % {"zone": timezone.get_current_timezone_name()},
        "filters": filters.typed,
        "errors": filters.errors,
        **choices(actor, workspace, filters),
        "events": sentences(tell(actor, workspace, events)),
        "page": pager(request, str(following or ""), after),
        "narrowed": bool(query),
        "clear_url": request.path,
        "csv_url": f"{reverse('audit_export', args=[slug, 'csv'])}?{query}",
        "lines_url": f"{reverse('audit_export', args=[slug, 'jsonl'])}?{query}",
    }
    return render(request, "audit/log.html", page, status=422 if filters.errors else 200)


@require_safe
@login_required
def audit_export(request: HttpRequest, slug: str, form: str) -> HttpResponse | StreamingHttpResponse:
    """What the filter shows, all of it, as it is read from the database: a table or a JSON document per line."""
    actor, workspace = request.user.actor, fetch_workspace(request.user.actor, slug)
    if form not in FORMS:
        raise Http404
    filters = read_filters(actor, workspace, request.GET)
    found = visible_events(actor, workspace, filters.sought)
    if filters.errors:
        return HttpResponse(" ".join(filters.errors.values()), status=422, content_type="text/plain; charset=utf-8")
    kind, write = FORMS[form]
    headers = {"Content-Disposition": f'attachment; filename="audit-{workspace.slug}.{form}"'}
    return StreamingHttpResponse(_parts(actor, workspace, found, write), content_type=kind, headers=headers)


class _Lines(list[str]):
    """A file that the csv module writes into."""

    write = list.append


def _parts(actor: Actor, workspace: Workspace, found: QuerySet[Event], write: Callable[[Sequence[Told]], str]) -> Iterator[str]:
    """The export, chunk by chunk. The language is set for each: between two of them the thread may serve somebody else."""
    language = translation.get_language()
    yield write([]) if write is _table else ""
    for events in in_chunks(found):
        with translation.override(language):
            part = write(tell(actor, workspace, events))
        yield part


def _table(told: Sequence[Told]) -> str:
    """Rows of a CSV (RFC 4180); without any, its first line."""
    lines = _Lines()
    rows = csv.writer(lines)
    if not told:
        rows.writerow(COLUMNS)
    for each, document in zip(told, documents(told), strict=True):
        rows.writerow([cell(text) for text in _row(each, document)])
    return "".join(lines)


def _row(told: Told, document: dict[str, Any]) -> list[str]:
    return [
        document["at"].isoformat(),
        sentence(told),
        document["actor"]["name"],
        document["action"],
        document["target"]["name"],
        document["community"]["name"] if document["community"] else "",
        _json(document["before"]),
        _json(document["after"]),
        document["address"],
        document["request_id"],
        str(document["id"]),
        document["actor"]["kind"],
        str(document["actor"]["id"] or ""),
        document["actor"]["email"],
        document["target"]["kind"],
        str(document["target"]["id"] or ""),
        str(told.event.community_id or ""),
    ]


def _lines(told: Sequence[Told]) -> str:
    """One JSON document per line."""
    return "".join(
        f"{_json({**document, 'event': sentence(each)})}\n" for each, document in zip(told, documents(told), strict=True)
    )


def _json(document: dict[str, Any] | None) -> str:
    return json.dumps(document, cls=DjangoJSONEncoder, ensure_ascii=False) if document else ""


FORMS = {"csv": ("text/csv; charset=utf-8", _table), "jsonl": ("application/x-ndjson", _lines)}
