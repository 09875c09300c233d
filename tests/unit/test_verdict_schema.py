"""The contract of ``--json``: every result keeps it, and nothing else passes."""

import json
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from tests.unit.results import CAST, cast

SCHEMA = json.loads(files("pinprick").joinpath("verdict.schema.json").read_text(encoding="utf-8"))
CONTRACT = Draft202012Validator(SCHEMA)


def answer(name: str) -> Any:
    return json.loads(json.dumps(cast(name).to_dict(), allow_nan=False))


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", list(CAST))
def test_a_result_keeps_the_contract(name: str) -> None:
    broken = best_match(CONTRACT.iter_errors(answer(name)))
    assert broken is None, f"{broken.json_path}: {broken.message[:200]}"


def test_several_people_give_a_list_with_their_names() -> None:
    CONTRACT.validate([answer("a participant"), answer("odd names")])
    assert not CONTRACT.is_valid([answer("a participant"), answer("better")]), "one of them has no name"


@pytest.mark.parametrize(
    "change",
    [
        {"finding": "works"},
        {"version": "pinprick-verdict/2"},
        {"treatments": ["mat"]},
        {"surprise": 1},
        {"randomisation_p": 1.2},
        {"finding": "better", "days": {"rated": 3, "by_treatment": {}, "missing": {}, "pairs": 1, "still_needed": 2}},
    ],
)
def test_what_breaks_the_contract_is_refused(change: dict[str, Any]) -> None:
    assert not CONTRACT.is_valid(answer("better") | change)


def test_every_field_is_described() -> None:
    def fields(schema: Any, path: str = "") -> list[str]:
        bare = []
        if isinstance(schema, dict):
            for name, field in schema.get("properties", {}).items():
                if "description" not in field and "$ref" not in field:
                    bare.append(f"{path}/{name}")
            for key, part in schema.items():
                if key not in ("if", "then", "else"):
                    bare += fields(part, f"{path}/{key}")
        elif isinstance(schema, list):
            for part in schema:
                bare += fields(part, path)
        return bare

    assert fields(SCHEMA) == []
