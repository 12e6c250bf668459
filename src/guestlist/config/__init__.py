"""Settings, the map of URLs, the WSGI entry and the worker loop."""
