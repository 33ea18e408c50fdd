"""The parameters of every method, as bot-api.json describes them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.telegram.errors import BotApiError, bad_request

_WHOLE = re.compile(r"-?\d{1,19}")
_BOOLEANS = {"true": True, "false": False, "1": True, "0": False}


@dataclass(frozen=True)
class Upload:
    """A file that came in a multipart body."""

    name: str
    size_bytes: int


class Mismatch(Exception):
    """A value that does not have the described type; the message says where and why."""


class Specification:
    """Checks calls against the description; see ORIGIN.md for where it comes from."""

    def __init__(self, description: dict[str, Any]) -> None:
        self._types: dict[str, Any] = description["types"]
        self._methods = {name.lower(): method for name, method in description["methods"].items()}

    def method(self, name: str) -> dict[str, Any]:
        """The description of a method, found whatever the case as Telegram does; 404 where there is none."""
        try:
            found: dict[str, Any] = self._methods[name.lower()]
        except KeyError:
            raise BotApiError(404, "Not Found: method not found") from None
        return found

    def check(self, method: dict[str, Any], raw: dict[str, Any]) -> dict[str, Any]:
        """The parameters with their described types; 400 for one that is unknown, missing or wrongly typed."""
        fields = {field["name"]: field for field in method.get("fields", [])}
        attachments = {name for name, value in raw.items() if isinstance(value, Upload)}
        if unknown := sorted(raw.keys() - fields.keys() - attachments):
            raise bad_request(f'{method["name"]} has no parameter "{unknown[0]}"')
        values = {}
        for name, field in fields.items():
            if raw.get(name) is None:
                if field["required"]:
                    raise bad_request(_missing(name))
                continue
            try:
                values[name] = self._read_any(field["types"], raw[name], name)
            except Mismatch as mismatch:
                raise bad_request(f"can't parse parameter {mismatch}") from None
        return values

    def _read_any(self, types: list[str], value: Any, path: str) -> Any:
        reasons = []
        for kind in types:
            try:
                return self._read(kind, value, path)
            except Mismatch as mismatch:
                reasons.append(str(mismatch))
        raise Mismatch(max(reasons, key=len))

    def _read(self, kind: str, value: Any, path: str) -> Any:
        match kind:
            case "Integer":
                return _integer(value, path)
            case "Float":
                return _number(value, path)
            case "Boolean" | "True":
                return _boolean(value, path)
            case "String":
                return _string(value, path)
            case "InputFile":
                if isinstance(value, Upload) or (isinstance(value, str) and value.startswith("attach://")):
                    return value
                raise Mismatch(f'"{path}": a file must be uploaded as multipart/form-data')
        if kind.startswith("Array of "):
            items = _from_json(value, list, path)
            element = kind.removeprefix("Array of ")
            return [self._read(element, item, f"{path}[{i}]") for i, item in enumerate(items)]
        return self._object(kind, value, path)

    def _object(self, kind: str, value: Any, path: str) -> dict[str, Any]:
        parsed: dict[str, Any] = _from_json(value, dict, path)
        if subtypes := self._types[kind].get("subtypes"):
            found: dict[str, Any] = self._read_any(subtypes, parsed, path)
            return found
        fields = {field["name"]: field for field in self._types[kind].get("fields", [])}
        if unknown := sorted(parsed.keys() - fields.keys()):
            raise Mismatch(f'"{path}": {kind} has no field "{unknown[0]}"')
        for name, field in fields.items():
            if field["required"] and name not in parsed:
                raise Mismatch(f'"{path}": {kind} needs the field "{name}"')
        return {name: self._read_any(fields[name]["types"], item, f"{path}.{name}") for name, item in parsed.items()}


@cache
def bot_api() -> Specification:
    """The description that lies beside this file, read once."""
    return Specification(json.loads(Path(__file__).with_name("bot-api.json").read_bytes()))


def _missing(name: str) -> str:
    return {"text": "message text is empty", "chat_id": "chat_id is empty"}.get(name, f'parameter "{name}" is required')


def _integer(value: Any, path: str) -> int:
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63:
        return value
    raise Mismatch(f'"{path}": an integer of 64 bits is expected')


def _number(value: Any, path: str) -> float:
    if isinstance(value, (int, float, str)) and not isinstance(value, bool):
        try:
            return float(value)
        except ValueError:
            pass
    raise Mismatch(f'"{path}": a number is expected')


def _boolean(value: Any, path: str) -> bool:
    if isinstance(value, str):
        value = _BOOLEANS.get(value.lower())
    if isinstance(value, bool):
        return value
    raise Mismatch(f'"{path}": a boolean is expected')


def _string(value: Any, path: str) -> str:
    if isinstance(value, str):
        return value
    raise Mismatch(f'"{path}": a string is expected')


def _from_json(value: Any, kind: type, path: str) -> Any:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            raise Mismatch(f'"{path}": a JSON-serialized value is expected') from None
    if isinstance(value, kind):
        return value
    raise Mismatch(f'"{path}": a JSON {"array" if kind is list else "object"} is expected')
