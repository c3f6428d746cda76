"""Who comes in, and what may come in and go out.

In the order in which a request meets it: `headers` stand outermost, then the `gate`, which asks `addresses` and
`origins` whence it comes, `cookies` whose it is, `public_paths` whether strangers may, and `bodies` how much; what is
refused it says by `answers`. Each event of a page meets `sockets`, which asks `open_pages` whose the page is. `endings`
and `draining` close pages, where a session or the process ends; `health` and `metrics` tell those who watch.
"""
