"""Addresses that more than one module of the site knows."""

from domain.model import Role

LOGIN = '/login'
LOGOUT = '/logout'
PASSWORD = '/account/password'  # noqa: S105 -- the address of a page

# Where the work of each role begins.
HOMES = {Role.UNIT_STAFF: '/menu', Role.REVIEWER: '/reviews', Role.VOLUNTEER: '/my', Role.ADMINISTRATOR: '/admin'}

# What may be opened without a session: plain HTML pages of ours, never a page that NiceGUI makes.
PUBLIC_PAGES = frozenset(
    {
        LOGIN,
        LOGOUT,
        '/login/certificate',
        '/account/request',
        '/account/forgotten',
        '/account/reset',
        '/downloads',
        '/downloads/roster.ods',
    }
)
