"""NiceGUI, engine.io and uvicorn, lighter than they come. `lighter.install` puts it in place, once a process.

In the order in which a page meets it: `connections` takes the request, `straight` finds the page and builds it of
`bare_elements`, `page_html` writes it down; then `engine_io` and `quiet_sockets` keep its socket, over which `sending`
and `shared_event` tell what changes. Each module says what comes as stock, what is here in its place, and why.

All of it leans on names that are not public, so the versions are pinned; ui/README.md lists the names. What elements
send and hear is the same with it and without: `tests/ui/elements.py` asks both.
"""
