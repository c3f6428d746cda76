"""What stands behind the pages: static files, and what machines ask."""


def static(name: str = '') -> str:
    """One of our scripts, styles or pictures; without `name` their folder."""
    return f'/static/{name}'


def favicon() -> str:
    """The icon of the site, where browsers look for it by themselves."""
    return '/favicon.ico'


def health() -> str:
    """Whether the process works."""
    return '/healthz'


def readiness() -> str:
    """Whether the process can serve people."""
    return '/readyz'


def metrics() -> str:
    """Figures for Prometheus."""
    return '/metrics'
