"""The whole site on one page."""

from __future__ import annotations

from datetime import date

from django.urls import path, register_converter

from pinprick_web import demo, evidence, mat, offline, pages
from pinprick_web.people import views as people
from pinprick_web.trials.views import (
    answer,
    checkin,
    diary,
    felt,
    plan,
    practitioner,
    progress,
    questions,
    screen,
    session,
    set_up,
    today,
)


class DayConverter:
    """A day in an address: 2026-05-19."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        """The day; ValueError where there is none such."""
        return date.fromisoformat(value)

    def to_url(self, value: date | str) -> str:
        """As it stands in the address."""
        return value if isinstance(value, str) else value.isoformat()


register_converter(DayConverter, "day")
TRIAL = "trial/<uuid:code>/"

urlpatterns = [
    path("", questions.welcome, name="welcome"),
    # before there is a trial
    path("screen/<int:number>/", screen.screen, name="screen"),
    path("screen/done/", screen.screened, name="screened"),
    path("emergency/", felt.emergency, name="emergency"),
    path("plan/shown/", plan.plan_shown, name="plan_shown"),
    path("plan/chances/", plan.chances, name="chances"),
    path("plan/change/", plan.change, name="change"),
    path("plan/consent/", plan.consent, name="consent"),
    path("plan/<slug:step>/", plan.plan, name="plan"),
    # a trial
    path(TRIAL + "today/", today.today, name="today"),
    path(TRIAL + "ready/", today.ready, name="ready"),
    path(TRIAL + "safety/", today.safety, name="safety"),
    path(TRIAL + "screen/<int:number>/", screen.screen, name="screen_again"),
    path(TRIAL + "screen/done/", screen.screened, name="screened_again"),
    path(TRIAL + "emergency/", felt.emergency_here, name="emergency_here"),
    path(TRIAL + "emergency/read/", felt.emergency_read, name="emergency_read"),
    path(TRIAL + "start/", today.start, name="start"),
    path(TRIAL + "started/", today.started, name="started"),
    path(TRIAL + "session/", session.session, name="session"),
    path(TRIAL + "set-up/", set_up.set_up, name="set_up"),
    path(TRIAL + "session/over/", session.session_over, name="session_over"),
    path(TRIAL + "check-in/", checkin.check_in, name="check_in"),
    path(TRIAL + "saved/<day:on>/", checkin.saved, name="saved"),
    path(TRIAL + "progress/", progress.progress, name="progress"),
    path(TRIAL + "diary/", diary.diary, name="diary"),
    path(TRIAL + "diary/<day:on>/", diary.day, name="day"),
    path(TRIAL + "felt/", felt.felt, name="felt"),
    path(TRIAL + "felt/answer/", felt.felt_answer, name="felt_answer"),
    path(TRIAL + "pause/", today.pause, name="pause"),
    path(TRIAL + "resume/", today.resume, name="resume"),
    path(TRIAL + "stop/", today.stop, name="stop"),
    path(TRIAL + "answer/", answer.answer, name="answer"),
    path(TRIAL + "early/", answer.early, name="early"),
    path(TRIAL + "decided/", answer.decided, name="decided"),
    path(TRIAL + "check/", answer.check, name="check"),
    path(TRIAL + "practitioner/", practitioner.practitioner, name="practitioner"),
    path(TRIAL + "practitioner.pdf", practitioner.practitioner_pdf, name="practitioner_pdf"),
    path(TRIAL + "export/", diary.export, name="export"),
    path(TRIAL + "bin/", questions.bin_trial, name="bin"),
    path(TRIAL + "take-back/", questions.take_back, name="take_back"),
    path(TRIAL + "erase/", people.erase_one, name="erase_one"),
    # the person
    path("questions/", questions.questions, name="questions"),
    path("questions/bring/", questions.bring, name="bring"),
    path("settings/", people.settings, name="settings"),
    path("settings/theme/", people.theme, name="theme"),
    path("settings/reminders/", people.reminders, name="reminders"),
    path("settings/reminders/asked/", people.reminders_asked, name="reminders_asked"),
    path("settings/backup/", people.back_up, name="back_up"),
    path("settings/consent/", people.withdraw, name="withdraw"),
    path("settings/erase/", people.erase, name="erase"),
    path("erased/", people.erased, name="erased"),
    path("calendar/<slug:token>.ics", people.calendar, name="calendar"),
    # anybody's
    path("more/", pages.more, name="more"),
    path("about/", pages.about, name="about"),
    path("mat/", mat.mat, name="mat"),
    path("evidence/", evidence.evidence, name="evidence"),
    path("evidence/studies/", evidence.studies, name="studies"),
    path("evidence/<slug:claim>/", evidence.claim, name="claim"),
    path("method/", pages.method, name="method"),
    path("method/wrong/", pages.wrong, name="wrong"),
    path("demo/", demo.open_demo, name="demo"),
    path("demo/next/", demo.next_day, name="demo_next"),
    path("demo/leave/", demo.leave, name="demo_leave"),
    # the browser's
    path("token/", offline.token, name="token"),
    path("sw.js", offline.worker, name="worker"),
    path("manifest.webmanifest", offline.manifest, name="manifest"),
    path("offline/check-in/", offline.offline_check_in, name="offline_check_in"),
    path("offline/timer/", offline.offline_timer, name="offline_timer"),
    path("csp-report/", offline.csp_report, name="csp_report"),
    path("health/", offline.health, name="health"),
]

handler400 = "pinprick_web.pages.bad_request"
handler404 = "pinprick_web.pages.not_found"
handler500 = "pinprick_web.pages.server_error"
