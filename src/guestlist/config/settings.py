"""Django's settings, all from the environment (see environment.py)."""

from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key
from django.utils.translation import gettext_lazy as _

from guestlist.config.processes import THREADS

env = environ.Env()
PACKAGE = Path(__file__).resolve().parent.parent

GUESTLIST_BASE_URL = env.str("GUESTLIST_BASE_URL", "http://localhost:8000").rstrip("/")
GUESTLIST_EXISTING_USERS = env.str("GUESTLIST_EXISTING_USERS", "add")
if GUESTLIST_EXISTING_USERS not in ("add", "notify", "ask"):
    raise ImproperlyConfigured(f"GUESTLIST_EXISTING_USERS is {GUESTLIST_EXISTING_USERS}: write add, notify or ask.")
GUESTLIST_PERMISSIONS = env.str("GUESTLIST_PERMISSIONS", "")
GUESTLIST_DNS_SERVERS = env.list("GUESTLIST_DNS_SERVERS", default=[])
GUESTLIST_DEMO_MAILBOX = env.str("GUESTLIST_DEMO_MAILBOX", "")
GUESTLIST_SSO_PRIVATE_NETWORKS = env.bool("GUESTLIST_SSO_PRIVATE_NETWORKS", False)
SSO_AT_ONCE = THREADS - 1  # questions to directories at a time in one process: a thread is left for everybody else
DATA_DIR = Path(env.str("GUESTLIST_DATA_DIR", "data"))
SECURE = GUESTLIST_BASE_URL.startswith("https://")

DEBUG = False
# Without a key a process may run commands, but every link and session it made would die with it: up, web and worker refuse.
SECRET_KEY, *SECRET_KEY_FALLBACKS = env.list("GUESTLIST_SECRET_KEY", default=[get_random_secret_key()])
ALLOWED_HOSTS = [urlsplit(GUESTLIST_BASE_URL).hostname or "localhost", "localhost", "127.0.0.1"]
CSRF_TRUSTED_ORIGINS = [GUESTLIST_BASE_URL]
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("GUESTLIST_TRUSTED_PROXIES", 0)
if ALLAUTH_TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "django_cotton.apps.SimpleAppConfig",
    "django_htmx",
    "lucide",
    "ninja",
    "guestlist.audit",
    "guestlist.mail",
    "guestlist.users",
    "guestlist.workspaces",
    "guestlist.members",
    "guestlist.invitations",
    "guestlist.sso",
    "guestlist.api",
    "guestlist.web",
]

MIDDLEWARE = [
    "guestlist.web.middleware.request_context",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "guestlist.web.middleware.known_verbs",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "guestlist.web.middleware.without_nul",
    "guestlist.web.door.guard.doors",
    "guestlist.web.middleware.reader",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "guestlist.web.sign_in.known.remember_browser",
    "guestlist.web.middleware.refusals",
]

ROOT_URLCONF = "guestlist.config.urls"
WSGI_APPLICATION = "guestlist.config.wsgi.application"
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "guestlist.web.shell.shell",
            ],
        },
    }
]

DATABASES = {"default": env.db("DATABASE_URL", f"sqlite:///{DATA_DIR.absolute()}/guestlist.sqlite3")}
DATABASES["default"].setdefault("OPTIONS", {}).update(
    {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": "PRAGMA journal_mode=wal; PRAGMA synchronous=normal;"}
    if DATABASES["default"]["ENGINE"].endswith("sqlite3")
    # Planning costs more than running the access question: keep the statements prepared.
    else {"server_side_binding": True, "prepare_threshold": 1}
)
DATABASES["default"]["CONN_MAX_AGE"] = 600
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}
# The default of 300 would throw counters of limits away while somebody counts on it.
CACHES["default"]["OPTIONS"] = {"MAX_ENTRIES": 100_000}

AUTH_USER_MODEL = "users.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 15}},
    {"NAME": "guestlist.users.rules.CommonPasswordValidator"},
    {"NAME": "guestlist.users.rules.PersonalPasswordValidator"},
]
LOGIN_URL = "account_login"
ACCOUNT_ADAPTER = "guestlist.web.sign_in.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = {
    # As many as keep a live link in the mailbox, since one lives an hour: asking for more of them keeps its holder from nothing.
    "reset_password": "20/m/ip,5/h/key",
    # Codes of the second factor, per account and source, and per account: six digits must not be guessed, nor their holder shut out.
    "second_factor": "5/5m/key",
    "second_factor_anywhere": "30/h/key",
}

MFA_ADAPTER = "guestlist.web.sign_in.adapter.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # one step of 30 seconds either way (RFC 6238, section 5.2): clocks of phones differ
# A passkey is the only thing asked for when it signs in: whoever holds it must prove to it who they are.
MFA_WEBAUTHN_USER_VERIFICATION = "required"
SOCIALACCOUNT_ADAPTER = "guestlist.web.sso.adapter.SocialAdapter"

SESSION_ENGINE = "guestlist.users.models"
SESSION_COOKIE_NAME = "__Host-guestlist" if SECURE else "guestlist"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_AGE = 60 * 60 * 24 * env.int("GUESTLIST_SESSION_DAYS", 14)
SESSION_IDLE = 60 * 60 * env.int("GUESTLIST_SESSION_IDLE_HOURS", 72)
if SESSION_COOKIE_AGE <= 0 or SESSION_IDLE <= 0:
    raise ImproperlyConfigured("GUESTLIST_SESSION_DAYS and GUESTLIST_SESSION_IDLE_HOURS need a whole number above 0.")
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "__Host-guestlist-csrf" if SECURE else "guestlist-csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "guestlist.web.errors.csrf_failed"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if SECURE else 0
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "object-src": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 32 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("Français"))]
LOCALE_PATHS = [PACKAGE / "locale"]
FORMAT_MODULE_PATH = "guestlist.config.formats"
LANGUAGE_COOKIE_NAME = "language"
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True

vars().update(env.email_url("EMAIL_URL", default="smtp://localhost:25"))
EMAIL_TIMEOUT = 60
DEFAULT_FROM_EMAIL = env.str("GUESTLIST_FROM_EMAIL", "Guestlist <guestlist@localhost>")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"no_tokens": {"()": "guestlist.config.logs.NoTokens"}},
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["no_tokens"]}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
}
