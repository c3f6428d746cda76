"""Who an account is for: the fields that every form of an account begins with."""

from domain.accounts import FIELDS

from .form import form
from .form.fields import email_field, text_field


def person_fields(in_form: form, *, email_hint: str) -> None:
    """Name, user name, E-MAIL and telephone."""
    text_field(FIELDS['name'].caption, in_form, 'name', required=True, maxlength=60)
    text_field(
        FIELDS['username'].caption,
        in_form,
        'username',
        required=True,
        hint='3 到 60 個英文字母或數字。',
        maxlength=60,
        autocomplete='off',
    )
    email_field(FIELDS['email'].caption, in_form, 'email', required=True, hint=email_hint, maxlength=254)
    text_field(FIELDS['phone'].caption, in_form, 'phone', maxlength=30)
