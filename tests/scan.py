"""A crawl of the demo office as a stranger and as every role, by wapiti: on the loopback, bounded, with a fresh office.

`python -m tests.scan [--wapiti PATH] [--seconds 90] [ROLE…]` prints a row for each role and what was found, and ends
with 1 where there is a finding or any answer was a 500. deploy/scan.md says how to install the scanner, and has the
result.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx

from domain import links

from .pages import PAGES
from .site import Site, running_site

# Those that need another host (ssrf, xxe, log4shell, lists from the net) are left out: nothing leaves this machine.
MODULES = (
    'exec,file,sql,timesql,xss,permanentxss,redirect,crlf,ldap,methods,htaccess,backup,'
    'cookieflags,csp,http_headers,csrf'
)
# What it finds that is none, and why.
EXPLAINED = {
    'Cross Site Request Forgery': 'no token, but whatever is not sent from a page of ours is refused by its Origin',
    'Content Security Policy Configuration': 'unsafe-eval on the pages NiceGUI draws; there is none on plain HTML',
}
# What ends the session that crawls, or takes its password or mail address away from it.
LEFT_ALONE = (
    links.logout(),
    links.end_session(),
    links.change_password(),
    '/account/mail',
    '/account/undo',
    '/account/factors*',
)
# One clerk is to send more here than an office in an hour.
GENEROUS = dict.fromkeys(('LOGIN_FAILURES', 'PUBLIC_FORMS', 'UPLOADS_A_MINUTE', 'LOOKUPS_PER_ACCOUNT'), '10000')
ACCIDENT = re.compile(r'^\S+ (?:ERROR|CRITICAL) .*\n(?:(?!20\d\d-).*\n)*', re.MULTILINE)
ROLES = ('', 'clerk', 'clerk2', 'reviewer', 'supervisor', 'county', 'ministry', 'inspector', 'admin', 'DEMO00001')
_REQUESTS = re.compile(r'^\w+_requests_total\{.*?status="(\d+)".*?\} ([\d.e+]+)$', re.MULTILINE)


def signed_in(site: Site, username: str) -> httpx.Client:
    """A browser without scripts; `username` '' for a stranger."""
    http = httpx.Client(base_url=site.url, headers={'Origin': site.url, 'Accept': 'text/html'}, timeout=60)
    if username:
        answer = http.post(links.login(), data={'username': username, 'password': site.passwords[username]})
        if answer.status_code != 303:
            raise RuntimeError(f'{username} was not let in: {answer.status_code}')
    return http


def answers(site: Site) -> Counter[str]:
    """How many requests the server has answered so far, by status."""
    counted: Counter[str] = Counter()
    for status, many in _REQUESTS.findall(httpx.get(f'{site.url}/metrics').text):
        counted[status] += int(float(many))
    return counted


def accidents(site: Site) -> list[str]:
    """What the server's log tells of things that nobody expected, with their tracebacks."""
    return ACCIDENT.findall(site.said())


def crawled(wapiti: str, site: Site, username: str, seconds: int, folder: Path) -> dict[str, Any]:
    """Wapiti's report, as one role."""
    report = folder / 'report.json'
    cookies = signed_in(site, username).cookies
    # The links of our pages are drawn by scripts, which wapiti does not run: it is told of each page.
    starts = [part for _, path in PAGES.get(username, []) for part in ('-s', site.url + path)]
    apart = [part for path in LEFT_ALONE for part in ('-x', site.url + path)]
    each = max(3, seconds // 10)  # for each module
    command = [
        *(wapiti, '-u', f'{site.url}/', '--scope', 'domain', *starts, *apart, '-m', MODULES, '-d', '4'),
        *(
            '--max-scan-time',
            str(seconds),
            '--max-attack-time',
            str(max(10, seconds // 6)),
            '--max-links-per-page',
            '60',
        ),
        *('--max-files-per-dir', '60', '--max-parameters', '20', '--tasks', '4', '-t', '20', '--flush-session'),
        *('--store-session', str(folder), '--store-config', str(folder), '-H', f'Origin: {site.url}'),
        *('-f', 'json', '-o', str(report), '--no-bugreport', '-v', '0'),
    ]
    if cookies:
        command += ['-H', 'Cookie: ' + '; '.join(f'{name}={value}' for name, value in cookies.items())]
    # A module ends late, and the report takes its time; then it is ended.
    most = seconds + 2 * each * len(MODULES.split(',')) + 120
    environ = os.environ | {'NO_PROXY': '127.0.0.1', 'HOME': str(folder)}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=most, check=False)
    if not report.exists():
        raise RuntimeError(f'wapiti wrote no report:\n{done.stdout[-2000:]}{done.stderr[-2000:]}')
    read: dict[str, Any] = json.loads(report.read_text())
    return read


def findings(report: dict[str, Any]) -> Iterator[str]:
    """A line for each; what wapiti calls additional (which program serves) is none."""
    for part in ('vulnerabilities', 'anomalies'):
        for kind, found in report[part].items():
            for each in found:
                yield f'{kind}: {each["method"]} {each["path"]} {each["parameter"]!r}: {each["info"]}'


def main(arguments: Sequence[str]) -> int:
    """The status to end with."""
    parser = argparse.ArgumentParser(prog='python -m tests.scan', description=__doc__)
    parser.add_argument('--wapiti', default=shutil.which('wapiti'), help='the program, where it is not in PATH')
    parser.add_argument('--seconds', type=int, default=90, help='for each role')
    parser.add_argument('roles', nargs='*', default=ROLES, metavar='ROLE', help='user names of the demo')
    told = parser.parse_args(arguments)
    if not told.wapiti:
        parser.error('wapiti is not installed; deploy/scan.md says how')
    has_failed = False
    with (
        tempfile.TemporaryDirectory(prefix='scan-') as folder,
        running_site(Path(folder) / 'data', None, None, **GENEROUS) as site,
    ):
        for username in told.roles:
            before, room = answers(site), Path(folder) / f'wapiti-{username}'
            room.mkdir()
            report = crawled(told.wapiti, site, username, told.seconds, room)
            sent = answers(site) - before
            told_of = sorted(set(findings(report)))
            found = [line for line in told_of if line.partition(':')[0] not in EXPLAINED]
            row = (username or 'nobody', report['infos'].get('crawled_pages_nbr'), sent.total(), len(found))
            say(f'| {" | ".join(map(str, row))} | {len(told_of) - len(found)} explained | {dict(sorted(sent.items()))}')
            for line in found:
                say(f'  {line}')
            has_failed |= bool(found) or any(status >= '500' for status in sent)
            if username and signed_in(site, username).get(links.own_sessions()).status_code != 200:
                say('  the session cannot be opened any more: the crawl has changed its own account')
        for line in accidents(site):
            say(f'log: {line}')
            has_failed = True
    return int(has_failed)


def say(line: str) -> None:
    """At once, also into a pipe."""
    print(line, flush=True)


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
