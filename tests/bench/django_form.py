"""A Django admin form of as many fields as STEP 4, of the same kinds, opened by a session that is signed in.

`python -m tests.bench.django_form PORT` serves it by the plain server of Python, over a database in memory.
"""

import os
import sys
from typing import Any

import django
from django.conf import settings

TOKEN = '/token'  # where it says the cookie of a session, since nobody types a password here


def application() -> Any:
    """Twenty fields of the kinds that STEP 4 has: texts, choices, days, ticks, a file."""
    settings.configure(
        SECRET_KEY=os.urandom(16).hex(),
        ALLOWED_HOSTS=['127.0.0.1'],
        ROOT_URLCONF='tests.bench.django_form',
        LANGUAGE_CODE='zh-hant',
        DATABASES={'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': 'file:bench?mode=memory&cache=shared'}},
        INSTALLED_APPS=[
            'django.contrib.admin',
            'django.contrib.auth',
            'django.contrib.contenttypes',
            'django.contrib.sessions',
            'django.contrib.messages',
        ],
        MIDDLEWARE=[
            'django.middleware.gzip.GZipMiddleware',
            'django.contrib.sessions.middleware.SessionMiddleware',
            'django.middleware.common.CommonMiddleware',
            'django.middleware.csrf.CsrfViewMiddleware',
            'django.contrib.auth.middleware.AuthenticationMiddleware',
            'django.contrib.messages.middleware.MessageMiddleware',
        ],
        TEMPLATES=[
            {
                'BACKEND': 'django.template.backends.django.DjangoTemplates',
                'APP_DIRS': True,
                'OPTIONS': {
                    'context_processors': [
                        'django.template.context_processors.request',
                        'django.contrib.auth.context_processors.auth',
                        'django.contrib.messages.context_processors.messages',
                    ]
                },
            }
        ],
        STATIC_URL='static/',
    )
    django.setup()
    from django.core.wsgi import get_wsgi_application

    served = get_wsgi_application()
    _office()
    return served


def _office() -> None:
    """The model, its table, its form in the admin, and somebody who is signed in."""
    from django.contrib import admin
    from django.contrib.auth import get_user_model, login
    from django.contrib.sessions.backends.db import SessionStore
    from django.core.management import call_command
    from django.db import connection, models
    from django.http import HttpRequest, HttpResponse
    from django.urls import path

    kinds = {'national': '身分證字號', 'resident': '居留證號碼', 'passport': '護照號碼'}
    texts = ('name', 'english_name', 'identity_number', 'legacy_series', 'legacy_serial')
    ticks = ('consents', 'is_civil_servant', 'is_open', 'is_indigenous', 'by_system', 'prints_code', 'before', 'waives')
    fields: dict[str, Any] = {name: models.CharField(max_length=100) for name in texts}
    fields |= {name: models.BooleanField(default=False) for name in (*ticks, 'is_photo_confirmed')}
    fields['kind'] = models.CharField(max_length=20, choices=list(kinds.items()))
    fields['sex'] = models.CharField(max_length=1, choices=[('F', '女'), ('M', '男')])
    fields['joins'] = models.BooleanField(choices=[(True, '是'), (False, '否')])
    fields |= {'email': models.EmailField(), 'born_on': models.DateField(), 'issued_on': models.DateField()}
    fields['photo'] = models.FileField()
    meta = type('Meta', (), {'app_label': 'auth'})
    volunteer: Any = type('Volunteer', (models.Model,), {**fields, 'Meta': meta, '__module__': __name__})
    call_command('migrate', verbosity=0)
    with connection.schema_editor() as editor:
        editor.create_model(volunteer)
    admin.site.register(volunteer)
    clerk = get_user_model().objects.create_superuser('clerk')
    request = HttpRequest()
    request.session = SessionStore()
    login(request, clerk, backend='django.contrib.auth.backends.ModelBackend')
    request.session.save()
    token = request.session.session_key or ''
    urlpatterns.extend([path('token', lambda _: HttpResponse(token)), path('admin/', admin.site.urls)])


urlpatterns: list[Any] = []
PATH = '/admin/auth/volunteer/add/'


def _served(port: int) -> None:
    """By one thread, in which the database in memory lives."""
    from wsgiref.simple_server import WSGIRequestHandler, make_server

    class Silent(WSGIRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    sys.modules['tests.bench.django_form'] = sys.modules['__main__']
    make_server('127.0.0.1', port, application(), handler_class=Silent).serve_forever()


if __name__ == '__main__':
    _served(int(sys.argv[1]))
