"""Laws of protocol files: whatever happens to one, it is a plan that holds together, or it is refused in one line."""

import copy
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pinprick.errors import PinprickError
from pinprick.trial import protocol_file
from pinprick.trial.plan import MOST_MINUTES, Kind, Plan, Sequence
from pinprick.trial.protocol_file import read_protocol, ready_names

FOLDER = Path(protocol_file.__file__).with_name("ready")
TEXTS = {name: (FOLDER / f"{name}.yaml").read_text(encoding="utf-8") for name in ready_names()}
LONGEST_MESSAGE = 1200

SIGNS = "& * ! | > % @ ` ' \" : - ? # , [ ] { } << = ~ \t \x07 \\ \ufeff \u2028 \x85 é 🙂 \U000e0001"
WORDS = "null yes no on .inf .nan -.inf 1e999 0x10 017 1:30 1_000 2026-05-04 2026-99-99 !!binary *a &a --- ..."
SPACES = [" ", "\n", "\r", "  - ", "\n\n", "- - ", "? ", "!!python/name:os.system "]
TOKENS = st.sampled_from([*SIGNS.split(" "), *WORDS.split(" "), *SPACES, "9" * 30, "x" * 70])
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(
        ["mat", "towel", "rest", "blocks", "start_day", "pain", "mat-vs-rest-sleep", "mat-then-acupuncture"]
    )
    | st.dates()
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def path(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("protocols") / "mine.yaml"


def read_or_refuse(path: Path) -> Plan | Sequence | None:
    """Read what is there; a refusal is one line that a person can bear, and nothing else is ever raised."""
    try:
        found = read_protocol(path)
    except PinprickError as error:
        message = str(error)
        assert len(message.splitlines()) == 1
        assert len(message) < LONGEST_MESSAGE
        assert message[-1] in ".?"
        assert not any("\ud800" <= sign <= "\udfff" for sign in message)
        return None
    for plan in found.stages if isinstance(found, Sequence) else (found,):
        assert Plan.from_dict(plan.to_dict()) == plan
        for arm in plan.arms:
            assert not arm.on_the_mat or 1 <= arm.minutes <= MOST_MINUTES[Kind.MAT]
    return found


@st.composite
def scribbled(draw) -> str:
    """A ready-made file after some slips of the hand: letters, words and lines lost, doubled, moved or added."""
    text = draw(st.sampled_from(sorted(TEXTS.values())))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        lines = text.split("\n")
        line, other = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
        match draw(st.sampled_from(["add", "lose", "write over", "lose line", "double line", "move line", "indent"])):
            case "add":
                text = text[:at] + draw(TOKENS) + text[at:]
            case "lose":
                text = text[:at] + text[at + draw(st.integers(1, 40)) :]
            case "write over":
                text = text[:at] + draw(TOKENS | st.text(max_size=3)) + text[at + draw(st.integers(1, 8)) :]
            case "lose line":
                text = "\n".join(lines[:line] + lines[line + 1 :])
            case "double line":
                text = "\n".join([*lines[:line], lines[line], *lines[line:]])
            case "move line":
                lines[line], lines[other] = lines[other], lines[line]
                text = "\n".join(lines)
            case "indent":
                lines[line] = " " * draw(st.integers(0, 9)) + lines[line].lstrip()
                text = "\n".join(lines)
    return text


def places(values: object) -> Iterator[tuple[dict | list, str | int]]:
    """Every place in a tree of values where another value may stand."""
    pairs = values.items() if isinstance(values, dict) else enumerate(values) if isinstance(values, list) else ()
    for key, value in pairs:
        yield values, key  # type: ignore[misc]
        yield from places(value)


@st.composite
def rewritten(draw) -> str:
    """A ready-made file of which some values are others, or gone, or in the wrong place, in well-formed YAML."""
    values = yaml.safe_load(draw(st.sampled_from(sorted(TEXTS.values()))))
    for _ in range(draw(st.integers(1, 3))):
        group, key = draw(st.sampled_from(list(places(values))))
        match draw(st.sampled_from(["another", "gone", "moved", "renamed"])):
            case "another":
                group[key] = draw(VALUES)  # type: ignore[index]
            case "gone":
                del group[key]  # type: ignore[arg-type]
            case "moved":
                other, place = draw(st.sampled_from(list(places(values))))
                group[key] = copy.deepcopy(other[place])  # type: ignore[index]
            case "renamed" if isinstance(group, dict):
                group[draw(st.text(max_size=8))] = group.pop(key)
            case _:
                pass
        if not values:
            break
    return yaml.safe_dump(values, allow_unicode=draw(st.booleans()), default_flow_style=draw(st.booleans()))


@settings(max_examples=150, deadline=None)
@given(text=scribbled())
@example(text='format: pinprick-protocol/1\nname: "\\ud800"\n')
@example(text="format: pinprick-protocol/1\nname: a\nversion: 0x_\n")
def test_a_scribbled_file_is_read_or_refused_in_one_line(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    read_or_refuse(path)


@settings(max_examples=150, deadline=None)
@given(text=rewritten())
def test_a_rewritten_file_is_read_or_refused_in_one_line(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    read_or_refuse(path)


@settings(max_examples=100, deadline=None)
@given(data=st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_at_all_are_refused_in_one_line(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    assert read_or_refuse(path) is None


@settings(max_examples=60, deadline=None)
@given(text=rewritten())
def test_what_is_read_is_the_same_after_being_written_down(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    found = read_or_refuse(path)
    if isinstance(found, Plan):
        path.write_text(yaml.safe_dump(found.to_dict(), sort_keys=False), encoding="utf-8")
        assert read_protocol(path) == found


@settings(max_examples=60, deadline=None)
@given(name=st.sampled_from([name for name in TEXTS if name != "mat-then-acupuncture"]), data=st.data())
def test_a_plan_does_not_depend_on_the_order_of_its_fields(path: Path, name: str, data) -> None:
    values = yaml.safe_load(TEXTS[name])
    shuffled = dict(data.draw(st.permutations(list(values.items()))))
    path.write_text(yaml.safe_dump(shuffled, sort_keys=False), encoding="utf-8")
    assert read_protocol(path) == read_protocol(name)
