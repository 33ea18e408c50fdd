"""Updates: some by hand, and any that the description of the Bot API allows."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from bot.receiving.normalising import ALLOWED_UPDATES

_DESCRIPTION = Path(__file__).parents[1] / "telegram" / "bot-api.json"


def message_update(update_id: int = 1, **content: Any) -> dict[str, Any]:
    """A message in the private chat 7."""
    message = {
        "message_id": 5,
        "date": 1_795_000_000,
        "chat": {"id": 7, "type": "private", "first_name": "Léa"},
        "from": {"id": 7, "is_bot": False, "first_name": "Léa"},
    }
    return {"update_id": update_id, "message": message | content}


@cache
def _types() -> dict[str, Any]:
    types: dict[str, Any] = json.loads(_DESCRIPTION.read_text("utf-8"))["types"]
    return types


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=4,
)
_BASIC: dict[str, st.SearchStrategy[Any]] = {
    "Integer": st.integers(min_value=-(2**70), max_value=2**70) | st.integers(0, 2**31),
    "String": st.text(max_size=20)
    | st.sampled_from(
        ["private", "group", "kicked", "member", "/start", "/aide@bot x", "\ud800", "a\x00b", "é" * 5000]
    ),
    "Boolean": st.booleans(),
    "Float": st.floats(allow_nan=False),
    "True": st.just(True),
}


@st.composite
def described(draw: st.DrawFn, kind: str, depth: int = 4) -> Any:
    """A value of a type of the Bot API, sometimes of a wrong shape."""
    if draw(st.integers(0, 30)) == 0:
        return draw(_ANYTHING)
    if kind.startswith("Array of "):
        return [draw(described(kind.removeprefix("Array of "), depth - 1)) for _ in range(draw(st.integers(0, 2)))]
    if kind in _BASIC:
        return draw(_BASIC[kind])
    shape = _types()[kind]
    if "subtypes" in shape:
        return draw(described(draw(st.sampled_from(shape["subtypes"])), depth))
    fields = shape.get("fields", [])
    optional = [field["name"] for field in fields if not field["required"]]
    chosen = draw(st.sets(st.sampled_from(optional), max_size=3)) if optional and depth > 0 else set()
    value = {}
    for field in fields:
        if field["required"] or field["name"] in chosen:
            kinds = [kind for kind in field["types"] if kind in _BASIC or depth > -2]
            if kinds:
                value[field["name"]] = draw(described(draw(st.sampled_from(kinds)), depth - 1))
    return value


@st.composite
def any_update(draw: st.DrawFn) -> dict[str, Any]:
    """An update as Telegram might send one; most are of the kinds that the bot asks for, in a private chat."""
    update = {"update_id": draw(st.integers(-1, 2**31))}
    fields = {field["name"]: field["types"][0] for field in _types()["Update"]["fields"][1:]}
    name = draw(st.sampled_from([*ALLOWED_UPDATES * 8, *sorted(fields)]))
    content = draw(described(fields[name]))
    holder = content.get("message", content) if isinstance(content, dict) else None
    if isinstance(holder, dict) and draw(st.integers(0, 4)):
        common = draw(st.sampled_from(["text", "caption", "photo", "voice", "sticker", "dice"]))
        kinds = {field["name"]: field["types"][0] for field in _types()["Message"]["fields"]}
        holder[common] = draw(described(kinds[common], 1))
        holder["chat"] = {"id": draw(st.integers(1, 2**70)), "type": "private"}
    return update | {name: content}
