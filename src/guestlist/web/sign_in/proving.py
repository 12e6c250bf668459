"""How somebody proves who they are: a passkey's answer, a code. And going on from there to a session."""

import json
from typing import Any
from urllib.parse import urlsplit

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.internal.stagekit import clear_login
from allauth.account.models import Login
from allauth.account.stages import LoginStage, LoginStageController
from allauth.core import ratelimit
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.webauthn.internal import auth
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from fido2.webauthn import CollectedClientData

from guestlist.kernel import context
from guestlist.users.commands import use_code
from guestlist.users.errors import PasskeyRefused, TooManyCodes
from guestlist.users.models import User
from guestlist.users.queries import has_second_factor
from guestlist.web.limits import limited
from guestlist.web.sign_in.known import known_as

BROKEN = (ValidationError, ValueError, TypeError, KeyError, AttributeError)


def sign_in(request: HttpRequest, user: User, *, target: str) -> HttpResponse:
    """Goes on to `target`, by way of the second factor where the account has one. The session's id changes at each step: whoever
    planted it in this browser is left behind."""
    login = Login(user=user, email_verification="none", redirect_url=target, state={"password": user.get_session_auth_hash()})
    response = perform_login(request, login)
    if not request.user.is_authenticated:
        request.session.cycle_key()
    return response


def sign_in_by_password(request: HttpRequest, user: User, *, target: str) -> HttpResponse:
    record_authentication(request, user, "password")
    return sign_in(request, user, target=target)


def half_signed_in(request: HttpRequest) -> LoginStage | None:
    """The sign-in of this session that waits for the second factor. It ends when the password or the factors change meanwhile."""
    stage = LoginStageController.enter(request, AuthenticateStage.key)
    user = stage.login.user if stage else None
    if user is None:
        return None
    then = stage.login.state.get("password", user.get_session_auth_hash())
    if user.is_active and has_second_factor(user) and then == user.get_session_auth_hash():
        return stage
    clear_login(request)
    return None


def challenge(user: User | None) -> JsonResponse:
    """What navigator.credentials.get() is asked: for a passkey of `user`, or of whoever comes."""
    return JsonResponse(auth.begin_authentication(user))


def passkey_of(request: HttpRequest, user: User | None) -> Authenticator:
    """The passkey that answered the challenge of this session, of `user` or of whom it names. Raises PasskeyRefused."""
    try:
        answer = _answer(request)
        auth.parse_authentication_response(answer)
        holder = user or auth.extract_user_from_response(answer)
        passkey = auth.complete_authentication(holder, answer)
    except BROKEN as broken:
        raise PasskeyRefused from broken
    if not holder.is_active:
        raise PasskeyRefused
    return passkey


def new_credential(request: HttpRequest) -> dict[str, Any]:
    """The passkey made for the challenge of this session. Raises PasskeyRefused."""
    try:
        answer = _answer(request)
        auth.parse_registration_response(answer)
        auth.complete_registration(answer)
    except BROKEN as broken:
        raise PasskeyRefused from broken
    return answer


def _answer(request: HttpRequest) -> dict[str, Any]:
    """Made for pages of this very origin: WebAuthn itself would let those of its subdomains pass. Raises what is in BROKEN."""
    answer: dict[str, Any] = json.loads(request.POST.get("credential", ""))
    said = urlsplit(CollectedClientData(auth.websafe_decode(answer["response"]["clientDataJSON"])).origin)
    ours = urlsplit(settings.GUESTLIST_BASE_URL)
    if (said.scheme, said.netloc) != (ours.scheme, ours.netloc):
        raise ValueError(said.netloc)
    return answer


def code_of(request: HttpRequest, user: User) -> Authenticator:
    """The authenticator app or the recovery codes that the typed code is of. Raises WrongCode, TooManyCodes."""
    # Where its holder signed in before, a browser is counted alone: who knows the password must not keep them out from elsewhere.
    browser = known_as(request).get(user.id.hex)
    here = f"{user.id}:{browser or context.address.get()}"
    anywhere = here if browser else str(user.id)
    too_often = limited(request, "second_factor", key=here) or limited(request, "second_factor_anywhere", key=anywhere)
    if too_often:
        raise TooManyCodes
    factor = use_code(user=user, code=request.POST.get("code", ""))
    ratelimit.clear(request, action="second_factor", key=here)
    return factor
