"""The page of ours that the reader came from."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def came_from(request: HttpRequest, otherwise: str) -> str:
    """As a form posted it in `next`, else as the browser says; `otherwise` where that is no page of ours, or this one."""
    url = request.POST.get("next") or request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(url, allowed_hosts={request.get_host()})
    return url if ours and request.path not in url else otherwise
