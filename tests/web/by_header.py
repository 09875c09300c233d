"""Many people on one site, for tests of load: whoever the header X-Person names."""

from pinprick_web.people.middleware import JustMe
from pinprick_web.people.models import Person


class ByHeader(JustMe):
    """The person by code; without a header as on an own machine."""

    def person(self, request):
        """Whose request it is."""
        code = request.headers.get("X-Person")
        return Person.objects.get(code=code) if code else super().person(request)
