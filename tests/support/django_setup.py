"""Django with Anymail, set up once for all tests of a process: Django can be set up only once."""

import django
from django.conf import settings

WEBHOOK_SECRET = "hook:correct-horse"

if not settings.configured:
    settings.configure(
        SECRET_KEY="only for tests",
        ALLOWED_HOSTS=["127.0.0.1", "testserver"],
        ROOT_URLCONF="support.django_site",
        INSTALLED_APPS=["anymail"],
        ANYMAIL={"WEBHOOK_SECRET": WEBHOOK_SECRET},
        USE_TZ=True,
    )
    django.setup()
