"""/workspaces/{workspace}/batches: how far a large act of inviting is, and what became of each entry."""

import uuid
from datetime import datetime
from typing import Literal

from ninja import Query, Router
from pydantic import BaseModel

from guestlist.api.auth import Call
from guestlist.api.invitations import OutcomeOut
from guestlist.api.shapes import Listed, Page, Text, id_in, listed
from guestlist.invitations.commands import cancel_batch
from guestlist.invitations.models import Batch
from guestlist.invitations.queries import fetch_batch, outcomes_of
from guestlist.members.queries import fetch_workspace

router = Router(tags=["batches"])


class BatchOut(BaseModel):
    id: uuid.UUID
    state: Literal["queued", "running", "done", "cancelled", "failed"]
    done: int
    total: int
    counts: dict[str, int]
    created_at: datetime
    finished_at: datetime | None


@router.get("/workspaces/{workspace}/batches/{batch}", response=BatchOut)
def get_batch(request: Call, workspace: Text, batch: str) -> BatchOut:
    """One the caller made, or any for whoever may invite in the main community."""
    return BatchOut.model_validate(_fetch(request, workspace, batch), from_attributes=True)


@router.get("/workspaces/{workspace}/batches/{batch}/outcomes", response=Listed[OutcomeOut])
def list_outcomes(request: Call, workspace: Text, batch: str, query: Query[Page]) -> Listed[OutcomeOut]:
    """In the order given. While the batch runs, those there are so far."""
    found, then = outcomes_of(_fetch(request, workspace, batch), after=query.start("outcomes") or 0, limit=query.limit)
    return listed("outcomes", [OutcomeOut.model_validate(each) for each in found], then)


@router.post("/workspaces/{workspace}/batches/{batch}/cancel", response=BatchOut)
def cancel(request: Call, workspace: Text, batch: str) -> BatchOut:
    """Stops it where it is; whoever was invited stays invited."""
    cancelled = cancel_batch(actor=request.auth, batch=_fetch(request, workspace, batch))
    return BatchOut.model_validate(cancelled, from_attributes=True)


def _fetch(request: Call, workspace: str, batch: str) -> Batch:
    return fetch_batch(request.auth, fetch_workspace(request.auth, workspace), id_in(batch))
