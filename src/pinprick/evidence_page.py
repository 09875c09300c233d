"""Published evidence as one page: every claim with its answer, its picture where there is one, and every source.

Self-contained and without script, framed as `pinprick.page` frames a verdict.
"""

from __future__ import annotations

from html import escape

from pinprick.evidence.claims import Claim, claims, popular_claims
from pinprick.evidence.figures import Seen
from pinprick.evidence.study import studies
from pinprick.page import document
from pinprick.report.evidence import NO_CLINICIAN, answer_to, limits, quoted, word_of
from pinprick.report.evidence_lines import compare_lines, priors_lines, study_line
from pinprick.version import __version__
from pinprick.words import _


def evidence_html() -> str:
    """Write the page. The same records give the same bytes."""
    title = _("What published trials say of spiky mats")
    body = "\n".join([
        f'<main class="prose">\n<h1>{escape(title)}</h1>\n<p><strong>{escape(_(NO_CLINICIAN))}</strong></p>',
        _index(),
        *map(_claim, claims()),
        _popular(),
        _list("beside", compare_lines()),
        _list("priors", priors_lines()),
        _studies(),
        _list("limits", [_("What could not be read"), *limits()]),
        "</main>",
    ])  # fmt: skip
    return document(title, body, footer=_footer())


def _index() -> str:
    rows = "".join(
        f'<tr><th scope="row"><a href="#{one.id}">{escape(_(one.says))}</a></th><td>{escape(word_of(one))}</td></tr>\n'
        for one in claims()
    )
    name = escape(_("Claims"))
    return f'<nav aria-label="{name}">\n<table class="facts words">\n<tbody>\n{rows}</tbody>\n</table>\n</nav>'


def _claim(claim: Claim) -> str:
    told = answer_to(claim, len(claims()))
    facts = [(_("Rests on"), told.rests_on), (_("Certainty"), told.certainty), (_("Read"), told.read)]
    facts += [(_("Harm"), told.harm)] if told.harm else []
    rows = "".join(f'<tr><th scope="row">{escape(name)}</th><td>{escape(text)}</td></tr>\n' for name, text in facts)
    reasons = "".join(f"<li>{escape(text)}</li>\n" for text in told.reasons)
    folds = _fold(_("Why it is no surer"), f"<ul>\n{reasons}</ul>") if reasons else ""
    seen = "".join(f"<li>{_seen(one)}</li>\n" for one in told.seen)
    folds += _fold(_("Where each number was seen"), f"<ul>\n{seen}</ul>") if seen else ""
    more = f"<p>{escape(told.more)}</p>\n" if told.more else ""
    return (
        f'<section id="{claim.id}">\n<p class="when">{escape(told.place)}</p>\n<h2>{escape(told.says)}</h2>\n'
        f'<p class="word">{escape(told.word)}</p>\n<p class="said">{escape(told.answer)}</p>\n{more}'
        f'<table class="facts">\n<tbody>\n{rows}</tbody>\n</table>\n{folds}</section>'
    )


def _seen(one: Seen) -> str:
    if one.derived:
        return escape(_("{what}: {shown}. {how}").format(what=one.what, shown=one.shown, how=one.where))
    address, _sep, how = one.where.partition(" (")
    link = f'<a href="{escape(address)}" rel="noreferrer">{escape(address)}</a>' if "://" in address else address
    return f"{escape(one.what)}: {escape(one.shown)}, {link} ({escape(how.rstrip(')'))})"


def _fold(title: str, inside: str) -> str:
    return f"<details>\n<summary>{escape(title)}</summary>\n{inside}\n</details>\n"


def _popular() -> str:
    items = "".join(
        f"<li><strong>{escape(quoted(one.says))}</strong> {escape(word_of(one))}. {escape(_(one.answer))}"
        + "".join(f' <a href="{escape(url)}" rel="noreferrer">{escape(_("seen here"))}</a>' for url in one.seen_at)
        + "</li>\n"
        for one in popular_claims()
    )
    title = escape(_("Said by shops and pages, and not borne out"))
    return f"<section>\n<h2>{title}</h2>\n<ul>\n{items}</ul>\n</section>"


def _list(name: str, lines: list[str]) -> str:
    items = "".join(f"<li>{escape(line.removeprefix('- '))}</li>\n" for line in lines[1:])
    return f'<section id="{name}">\n<h2>{escape(lines[0])}</h2>\n<ul>\n{items}</ul>\n</section>'


def _studies() -> str:
    items = []
    for one in studies():
        shown = escape(study_line(one))
        if one.link:
            link = f'<a href="{escape(one.link)}" rel="noreferrer">{escape(one.link)}</a>'
            shown = shown.replace(escape(one.link), link)
        items.append(f"<li>{shown}</li>\n")
    return f"<section>\n<h2>{escape(_('Studies'))}</h2>\n<ul>\n{''.join(items)}</ul>\n</section>"


def _footer() -> str:
    return (
        f"<p>Made by Pinprick {escape(__version__)}. The same records give the same page.</p>\n"
        "<p>This page sends nothing anywhere. "
        "It is no medical advice, and no reason to stop a prescribed treatment.</p>"
    )
