"""django-oauth-toolkit as its tutorial sets it up, with OpenID Connect. Arguments: folder, port (0: any free one)."""

import collections
import os
import signal
import sys
import threading
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import django
from django.conf import settings

folder, port = sys.argv[1], int(sys.argv[2])


class Handler(WSGIRequestHandler):
    def log_message(self, *_):
        pass

    def address_string(self):
        return self.client_address[0]


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 128


server = Server(("127.0.0.1", port), Handler)
origin = f"http://127.0.0.1:{server.server_port}"
key_file = f"{folder}/key.pem"
if not os.path.exists(key_file):
    from jwcrypto import jwk

    with open(key_file, "wb") as out:
        out.write(jwk.JWK.generate(kty="RSA", size=2048).export_to_pem(private_key=True, password=None))

settings.configure(
    SECRET_KEY="not a secret of anybody",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": f"{folder}/db.sqlite3",
            "OPTIONS": {"timeout": 20},
        }
    },
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "oauth2_provider",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    LOGIN_URL="/login",
    LOGGING_CONFIG=None,
    OAUTH2_PROVIDER={
        "OIDC_ENABLED": True,
        "OIDC_RSA_PRIVATE_KEY": open(key_file, encoding="ascii").read(),
        "OIDC_ISS_ENDPOINT": f"{origin}/o",
        "PKCE_REQUIRED": True,
        "ROTATE_REFRESH_TOKEN": True,
        "SCOPES": {"openid": "who you are", "read": "read"},
        "ACCESS_TOKEN_EXPIRE_SECONDS": 36000,
        # So that another lifetime holds at once.
        "ALWAYS_RELOAD_OAUTHLIB_CORE": True,
    },
)
django.setup()

from django.contrib.auth import get_user_model, login  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import HttpResponse, JsonResponse  # noqa: E402
from django.middleware.csrf import get_token  # noqa: E402
from django.shortcuts import redirect  # noqa: E402
from django.urls import include, path  # noqa: E402
from django.utils.html import escape  # noqa: E402
from django.views.decorators.csrf import csrf_exempt  # noqa: E402
from oauth2_provider.models import AccessToken, Application, RefreshToken  # noqa: E402
from oauth2_provider.settings import oauth2_settings  # noqa: E402

counts = collections.Counter()
lock = threading.Lock()


def sign_in(request):
    if request.method == "POST":
        person, _ = get_user_model().objects.get_or_create(username=request.POST["login"])
        login(request, person, backend="django.contrib.auth.backends.ModelBackend")
        return redirect(request.POST["next"])
    return HttpResponse(
        '<form action="/login" method="post"><input type="hidden" name="csrfmiddlewaretoken" '
        f'value="{get_token(request)}"><input type="hidden" name="next" value="{escape(request.GET["next"])}">'
        '<input name="login"><button type="submit">Sign in</button></form>'
    )


@csrf_exempt
def life(request):
    oauth2_settings.ACCESS_TOKEN_EXPIRE_SECONDS = int(request.GET["seconds"])
    return HttpResponse()


def alive(request):
    token = AccessToken.objects.filter(token=request.GET["token"]).first()
    return JsonResponse({"active": token is not None and token.is_valid()})


@csrf_exempt
def revoke_all(request):
    for token in RefreshToken.objects.filter(user__username=request.GET["login"], revoked=None):
        token.revoke()
    return HttpResponse()


urlpatterns = [
    path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
    path("login", sign_in),
    path("control/counts", lambda _request: JsonResponse(counts)),
    path("control/alive", alive),
    path("control/life", life),
    path("control/revoke-all", revoke_all),
]


def counting(application):
    """Counts what comes to the token and the revocation endpoint."""

    def counted(environ, start_response):
        kind = None
        if environ["PATH_INFO"] == "/o/revoke_token/":
            kind = "revocation"
        elif environ["PATH_INFO"] == "/o/token/":
            import io
            from urllib.parse import parse_qs

            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            environ["wsgi.input"] = io.BytesIO(body)
            kind = parse_qs(body.decode()).get("grant_type", [""])[0]
        if kind is not None:
            with lock:
                counts[kind] += 1
        return application(environ, start_response)

    return counted


if not os.path.exists(f"{folder}/made"):
    call_command("migrate", verbosity=0)
    common = {"authorization_grant_type": "authorization-code", "redirect_uris": "http://127.0.0.1/callback", "algorithm": "RS256"}
    Application.objects.create(client_id="public", client_secret="", client_type="public", **common)
    # The secret is the one the toolkit generates.
    confidential = Application.objects.create(client_id="confidential", client_type="confidential", **common)
    with open(f"{folder}/secret", "w", encoding="ascii") as out:
        out.write(confidential.client_secret)
    # The same secret, with which the toolkit signs this one's ID tokens.
    Application.objects.create(
        client_id="hmac", client_secret=confidential.client_secret, client_type="confidential", **{**common, "algorithm": "HS256"}
    )
    open(f"{folder}/made", "w", encoding="ascii").close()

server.set_app(counting(get_wsgi_application()))
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
print(f"listening on {origin}", flush=True)
server.serve_forever()
