"""The parts of the Rasa project fit together: data, domain, rules, actions."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from typing import Any, cast

from ruamel.yaml import YAML

from actions.__main__ import make_executor
from actions.desk import Desk
from actions.turn import PROFILE_FIELDS
from api.schemas import Button, Reply

NLU = Path(__file__).resolve().parents[2] / "nlu"
HELD_OUT = Path(__file__).with_name("held_out.tsv")
ANNOTATION = re.compile(r"\[([^\]]+)\]\(\w+\)")


def load(pattern: str) -> list[dict[str, Any]]:
    return [YAML(typ="safe").load(path.read_text("utf-8")) for path in sorted(NLU.glob(pattern))]


def domain(section: str) -> Any:
    return next(part[section] for part in load("domain/*.yml") if section in part)


def examples() -> dict[str, list[str]]:
    by_intent: dict[str, list[str]] = defaultdict(list)
    for part in load("data/nlu/*.yml"):
        for block in part["nlu"]:
            if "intent" in block:
                lines = [line.removeprefix("- ").strip() for line in block["examples"].splitlines()]
                by_intent[block["intent"]] += [ANNOTATION.sub(r"\1", line) for line in lines]
    return by_intent


def rules() -> list[list[dict[str, str]]]:
    return [rule["steps"] for part in load("data/rules/*.yml") for rule in part["rules"]]


def test_every_intent_has_examples_and_one_rule() -> None:
    with_rule = sorted(steps[0]["intent"] for steps in rules())
    assert sorted(examples()) == sorted(domain("intents"))
    assert with_rule == sorted([*domain("intents"), "nlu_fallback"])


def test_rules_lead_to_what_there_is() -> None:
    known = {*domain("actions"), *domain("responses")}
    assert {step["action"] for steps in rules() for step in steps if "action" in step} <= known


def test_action_server_has_the_actions_of_the_domain() -> None:
    assert sorted(make_executor(cast(Desk, None)).actions) == sorted(domain("actions"))


def test_every_response_is_used_and_can_be_shown() -> None:
    used = {step["action"] for steps in rules() for step in steps if "action" in step}
    for name, variants in domain("responses").items():
        assert name in used
        for variant in variants:
            buttons = [[Button.model_validate(button)] for button in variant.get("buttons", [])]
            assert Reply(text=variant["text"], buttons=buttons)


def test_profile_slots_fill_only_from_what_is_said_of_oneself() -> None:
    slots = domain("slots")
    for name in PROFILE_FIELDS:
        assert slots[name]["mappings"] == [{"type": "from_entity", "entity": name, "intent": "give_profile"}]


def test_no_example_belongs_to_two_intents() -> None:
    seen: dict[str, str] = {}
    twice = []
    for intent, texts in examples().items():
        for text in texts:
            if text.lower() in seen:
                twice.append((text, seen[text.lower()], intent))
            seen[text.lower()] = intent
    assert not twice


def test_held_out_messages_are_many_and_not_in_the_training_data() -> None:
    trained = {text.lower() for texts in examples().values() for text in texts}
    lines = [line.split("\t") for line in HELD_OUT.read_text("utf-8").splitlines() if not line.startswith("#")]
    assert len(lines) >= 120
    assert not [text for _, text in lines if text.lower() in trained]
    assert {intent for intent, _ in lines} <= set(domain("intents"))


def test_synonyms_name_values_of_the_lookups() -> None:
    """A synonym that no lookup finds is never used."""
    blocks = [block for part in load("data/nlu/*.yml") for block in part["nlu"]]

    def values(kind: str) -> set[str]:
        return {
            line.removeprefix("- ").strip()
            for block in blocks
            if kind in block
            for line in block["examples"].splitlines()
        }

    assert values("synonym") <= values("lookup")
