"""/workspaces/{workspace}/domains: where a workspace's directory is believed about addresses."""

import uuid
from datetime import datetime

from django.http import HttpResponse
from ninja import Query, Router, Status
from pydantic import BaseModel

from guestlist.api.auth import Call, confirm_first
from guestlist.api.idempotency import IN_DOCUMENT, once
from guestlist.api.shapes import Body, Listed, Page, Text, id_in, listed, sliced
from guestlist.kernel.actors import Actor
from guestlist.members.queries import fetch_workspace
from guestlist.sso.commands import check_domain, claim_domain, remove_domain
from guestlist.sso.models import Domain
from guestlist.sso.queries import check_may_connect, domains_of, fetch_domain
from guestlist.sso.rules import record_name, record_value
from guestlist.workspaces.models import Workspace

router = Router(tags=["domains"])


class RecordOut(BaseModel):
    """The DNS record that proves the domain."""

    type: str = "TXT"
    name: str
    value: str


class DomainOut(BaseModel):
    """Believed while `proved_at` is set. `missing_since`: the record is gone; after 7 days the domain is not believed any more."""

    id: uuid.UUID
    name: str
    proved_at: datetime | None
    by_operator: bool
    checked_at: datetime | None
    missing_since: datetime | None
    record: RecordOut


class DomainIn(Body):
    name: Text


@router.get("/workspaces/{workspace}/domains", response=Listed[DomainOut])
def list_domains(request: Call, workspace: Text, page: Query[Page]) -> Listed[DomainOut]:
    """Needs `connections:write` in the main community, as everything about domains does."""
    rows, then = sliced("domains", domains_of(request.auth, fetch_workspace(request.auth, workspace)), page)
    return listed("domains", [_out(row) for row in rows], then)


@router.post("/workspaces/{workspace}/domains", response={201: DomainOut}, openapi_extra=IN_DOCUMENT)
def add_domain(request: Call, workspace: Text, body: DomainIn) -> HttpResponse:
    """Claims a domain. It is believed once its record is in the DNS and was looked for."""
    place = fetch_workspace(request.auth, workspace)
    check_may_connect(request.auth, place)
    confirm_first(request)
    return once(request, lambda: _add(request.auth, place, body))


def _add(actor: Actor, place: Workspace, body: DomainIn) -> HttpResponse:
    made = _out(claim_domain(actor=actor, workspace=place, name=body.name))
    return HttpResponse(made.model_dump_json(), status=201, content_type="application/json")


@router.get("/workspaces/{workspace}/domains/{domain}", response=DomainOut)
def get_domain(request: Call, workspace: Text, domain: Text) -> DomainOut:
    return _out(_fetch(request, workspace, domain))


@router.post("/workspaces/{workspace}/domains/{domain}/check", response=DomainOut)
def check_domain_now(request: Call, workspace: Text, domain: Text) -> DomainOut:
    """Looks for the record now: 409 `proof_missing` where it is not there."""
    row = _fetch(request, workspace, domain)
    confirm_first(request)
    return _out(check_domain(actor=request.auth, domain=row))


@router.delete("/workspaces/{workspace}/domains/{domain}", response={204: None})
def delete_domain(request: Call, workspace: Text, domain: Text) -> Status[None]:
    row = _fetch(request, workspace, domain)
    confirm_first(request)
    remove_domain(actor=request.auth, domain=row)
    return Status(204, None)


def _fetch(request: Call, workspace: str, domain: str) -> Domain:
    return fetch_domain(request.auth, fetch_workspace(request.auth, workspace), id_in(domain))


def _out(row: Domain) -> DomainOut:
    record = RecordOut(name=record_name(row.name), value=record_value(row.token))
    fields = ("id", "name", "proved_at", "by_operator", "checked_at", "missing_since")
    return DomainOut(**{each: getattr(row, each) for each in fields}, record=record)
