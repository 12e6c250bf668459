"""What the web server loads: the application, in a process that ends with the one that watches over it."""

import signal

from guestlist.config.processes import die_with_parent
from guestlist.config.wsgi import application

__all__ = ["application"]

# A web process left behind by a server that was killed would go on answering, with the old code, on the same port.
die_with_parent(signal.SIGKILL)
