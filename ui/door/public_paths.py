"""What may be opened without a session; the gate refuses everything else to strangers."""

from domain import links
from domain.imports import templates

from ..assets import NICEGUI

ASSETS = (
    links.static(),
    *(f'{NICEGUI}/{folder}/' for folder in ('static', 'libraries', 'components', 'resources', 'esm')),
    f'{NICEGUI}/dynamic_resources/',
)
ICON = links.favicon()
# Plain HTML pages of ours, never a page that NiceGUI makes.
PAGES = frozenset(
    {
        links.login(),
        links.logout(),
        links.certificate_login(),
        links.certificate_challenge(),
        links.passkey_login(),
        links.passkey_challenge(),
        links.second_step(),
        *(links.second_step_part(step) for step in ('passkey', 'passkey-options', 'set-up', 'leave')),
        links.login_again(),
        links.counter_code(),
        links.request_account(),
        links.confirm_request(),
        links.correct_request(),
        links.forgotten_password(),
        links.reset_password(),
        links.paper_code(),
        links.confirm_email(),
        links.sign_off(),
        links.sign_off_picture(),
        links.downloads(),
        links.teaching(),
        links.blank_roster(),
        *(links.import_template(kind, form) for kind in templates.OFFERED for form in templates.FORMS),
        links.site_map(),
        links.privacy(),
        links.privacy_notice(),
        links.security(),
    }
)
