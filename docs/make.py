"""Make the pages that come from the code: cli.md, api.md, README's real answer and its picture.

    .venv/bin/python docs/make.py

``tests/unit/test_docs.py`` fails when a page no longer says what the code does.
"""

from __future__ import annotations

import inspect
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pinprick
from pinprick import charts, report

ROOT = Path(__file__).resolve().parents[1]
DIARY = "data/diary/melatonin_mood.csv"
MARK = re.compile(r"(<!-- answer -->\n)(.*?)(<!-- /answer -->)", re.DOTALL)


def pages() -> dict[Path, bytes]:
    """Every page made here, and what it must hold."""
    readme = ROOT / "README.md"
    text = MARK.sub(lambda m: f"{m[1]}\n```\n{answer()}\n```\n\n{m[3]}", readme.read_text(encoding="utf-8"))
    return {
        readme: text.encode(),
        ROOT / "docs" / "verdict.svg": charts.to_svg(pinprick.analyse(ROOT / DIARY, control="control")).encode(),
        ROOT / "docs" / "cli.md": cli_page().encode(),
        ROOT / "docs" / "api.md": api_page().encode(),
    }


def answer() -> str:
    """What ./go run prints, without colour and 80 columns wide."""
    return report.terminal(pinprick.analyse(ROOT / DIARY, control="control"), width=80, colour=False).rstrip()


def cli_page() -> str:
    """The command line's own help, and the JSON contract from its schema."""
    schema = json.loads((ROOT / "src/pinprick/verdict.schema.json").read_text(encoding="utf-8"))
    return "\n".join([
        "# The command line",
        "",
        "Made from the code by `docs/make.py`. Exit codes: 0 on an answer (“cannot tell” is one), 2 on bad input "
        "with one line that says what is wrong and what to do.",
        "",
        "```",
        _help("verdict"),
        "```",
        "",
        "## `--json`",
        "",
        "One object for one person, a list of them for several. The schema is "
        "[`verdict.schema.json`](../src/pinprick/verdict.schema.json); `version` changes when a field changes its "
        "meaning or goes, and not when one is added.",
        "",
        "| field | what it holds |",
        "|---|---|",
        *_fields(schema),
        "",
    ])  # fmt: skip


def _help(*words: str) -> str:
    environment = {**os.environ, "COLUMNS": "100", "TERMINAL_WIDTH": "100", "NO_COLOR": "1"}
    command = [sys.executable, "-c", "import sys; sys.argv[0] = 'pinprick'; from pinprick.cli import main; main()"]
    done = subprocess.run([*command, *words, "--help"], capture_output=True, text=True, check=True, env=environment)
    return "\n".join(line.rstrip() for line in done.stdout.strip().splitlines())


def _fields(schema: dict[str, Any]) -> list[str]:
    """A row for each field of one person's answer, nested ones by their path."""
    definitions = schema.get("$defs", {})

    def resolve(node: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in node:
            node = {**definitions[node["$ref"].rsplit("/", 1)[1]], **{k: v for k, v in node.items() if k != "$ref"}}
        for choice in node.get("oneOf", node.get("anyOf", [])):
            inner = resolve(choice)
            if inner.get("type") == "object" or "properties" in inner:
                return {**inner, "description": node.get("description", inner.get("description", ""))}
        return node

    def rows(node: dict[str, Any], prefix: str) -> list[str]:
        found = []
        for name, child in resolve(node).get("properties", {}).items():
            child = resolve(child)
            found.append(f"| `{prefix}{name}` | {child.get('description', '')} |")
            found += rows(child, f"{prefix}{name}.")
        return found

    return rows(schema, "")


def api_page() -> str:
    """Every public name with its signature and docstring."""
    parts = [
        "# From Python",
        "",
        "Made from the code by `docs/make.py`. These names are public: what they take and give changes only with a "
        "line in the changelog. Everything else may move.",
    ]
    for name in pinprick.__all__:
        thing = getattr(pinprick, name)
        text = inspect.getdoc(thing) or ""
        if inspect.isclass(thing) and issubclass(thing, Exception):
            parts += ["", f"## {name}", "", text]
            continue
        signature = f"{name}{inspect.signature(thing)}" if callable(thing) and not _is_enum(thing) else name
        parts += ["", f"## {name}", "", "```", signature, "", text, "```"]
    return "\n".join(parts) + "\n"


def _is_enum(thing: object) -> bool:
    return hasattr(thing, "__members__")


if __name__ == "__main__":
    for page, content in pages().items():
        page.write_bytes(content)
        print(page.relative_to(ROOT))
