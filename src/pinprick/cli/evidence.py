"""`pinprick evidence`: what published trials say to what is commonly said of mats, and how sure that is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from pinprick.cli.options import AsJson
from pinprick.cli.terminal import check_output, print_json, say, write_output
from pinprick.errors import ProtocolError


def evidence(
    about: Annotated[
        str | None,
        typer.Argument(metavar="CLAIM|OUTCOME", help="A claim by name or number, or pain, stress, sleep, ..."),
    ] = None,
    studies: Annotated[bool, typer.Option("--studies", help="Every study read, and where each number stands.")] = False,
    compare: Annotated[bool, typer.Option("--compare", help="Mat, needles, sham and rest side by side.")] = False,
    priors: Annotated[bool, typer.Option("--priors", help="What trials lead one to expect, and why.")] = False,
    check: Annotated[bool, typer.Option("--check", help="What is missing or contradictory in the records.")] = False,
    html: Annotated[Path | None, typer.Option(help="Write all of it as a page to this file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say what published trials of mats found, claim by claim, and how sure that is. Needs no connection."""
    from pinprick.evidence.claims import claim, claims_about, outcomes
    from pinprick.report import evidence_lines as words

    check_output("--html", html)
    if sum((about is not None, studies, compare, priors, check)) > 1:
        raise ProtocolError("Ask for one thing at a time: a claim, --studies, --compare, --priors or --check.")
    if html is not None:
        from pinprick.evidence_page import evidence_html

        write_output(html, evidence_html().encode())
    if about is not None and claims_about(about):
        _tell(words.outcome_dict, words.outcome_lines, about, as_json=as_json)
    elif about is not None:
        try:
            one = claim(about)
        except ProtocolError as error:
            raise ProtocolError(f"{error} Or an outcome: {', '.join(outcomes())}.") from None
        _tell(words.claim_dict, words.claim_lines, one, as_json=as_json)
    elif studies:
        _tell(words.studies_dict, words.studies_lines, as_json=as_json)
    elif compare:
        _tell(words.compare_dict, words.compare_lines, as_json=as_json)
    elif priors:
        _tell(words.priors_dict, words.priors_lines, as_json=as_json)
    elif check:
        _tell(words.check_dict, words.check_lines, as_json=as_json)
    elif as_json or html is None:
        _tell(words.overview_dict, words.overview_lines, as_json=as_json)


def _tell(contract: Callable[..., Any], lines: Callable[..., list[str]], *about: Any, as_json: bool) -> None:
    """Print an answer for programs or for people."""
    if as_json:
        print_json(contract(*about))
    else:
        say(lines(*about))
