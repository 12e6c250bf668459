"""A creating POST may be sent again: the same Idempotency-Key from the same caller within 24 hours has one effect, one answer."""

import hashlib
from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from guestlist.api.auth import Call
from guestlist.api.models import KeptAnswer
from guestlist.kernel import clock
from guestlist.kernel.errors import Refusal

KEPT = timedelta(hours=24)
IN_DOCUMENT = {
    "parameters": [
        {
            "in": "header",
            "name": "Idempotency-Key",
            "required": False,
            "schema": {"type": "string", "minLength": 1, "maxLength": 255},
            "description": "Sent again within 24 hours, the same request has one effect and gets the same answer",
        }
    ]
}
LONGEST_KEY = 255


class IdempotencyConflict(Refusal):
    code = "idempotency_conflict"
    kind = "conflict"
    message = _("This Idempotency-Key was used for another request. Take a new one.")


class BadIdempotencyKey(Refusal):
    code = "bad_idempotency_key"
    message = _("An Idempotency-Key has 1 to 255 printable ASCII characters.")


def once(request: Call, command: Callable[[], HttpResponse]) -> HttpResponse:
    """The answer of `command`, or the one it gave before. Of two at once the second waits for the first, since both want the same
    row. A refusal takes the row with it: the request may be sent again. Raises IdempotencyConflict, BadIdempotencyKey."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return command()
    if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        raise BadIdempotencyKey
    KeptAnswer.objects.filter(created_at__lte=clock.now() - KEPT).delete()

    with transaction.atomic():
        row, new = KeptAnswer.objects.get_or_create(
            actor_kind=request.auth.kind, actor_id=request.auth.id, key=key, defaults={"digest": _digest(request)}
        )
        if not new:
            return _again(request, row)
        answer = command()
        row.status, row.body = answer.status_code, answer.content.decode()
        row.save(update_fields=["status", "body"])
    return answer


def _again(request: Call, row: KeptAnswer) -> HttpResponse:
    if row.digest != _digest(request):
        raise IdempotencyConflict
    return HttpResponse(row.body, status=row.status, content_type="application/json", headers={"Idempotent-Replayed": "true"})


def _digest(request: Call) -> str:
    head = f"{request.method} {request.get_full_path()}\n".encode()
    return hashlib.sha256(head + request.body).hexdigest()
