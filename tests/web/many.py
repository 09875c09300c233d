"""The site's own settings, but for who is asking: tests of load and of kills need many trials at once."""

from pinprick_web.settings import *  # noqa: F403
from pinprick_web.settings import MIDDLEWARE as OWN

ME = "pinprick_web.people.middleware.JustMe"
MIDDLEWARE = ["tests.web.by_header.ByHeader" if one == ME else one for one in OWN]
assert MIDDLEWARE != OWN
