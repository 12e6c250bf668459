"""Where the current request came from, for the audit log. Set by the surfaces, empty elsewhere."""

from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")
address: ContextVar[str] = ContextVar("address", default="")
