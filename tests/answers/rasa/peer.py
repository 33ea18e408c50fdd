"""Rasa's own answer path, run by the Python of var/bench/rasa: the root environment has no TensorFlow.

`peer.py train JOB MODEL` makes a model of a job's phrasings; `peer.py answer JOB MODEL REPLIES` asks it the questions.
JOB holds `phrasings` (texts by entry id), `off_topic` (texts) and `questions` (texts); REPLIES gets what
tests/answers/job.py calls an Answering.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("RASA_MAX_CACHE_SIZE", "0")

CONFIG = Path(__file__).with_name("config.yml")
FAQ, OFF_TOPIC = "faq", "hors_sujet"
WARM_UP = 3
DEPTH = 50


def training_data(job: dict[str, Any]) -> dict[str, Any]:
    """A retrieval intent per entry, one intent for what is nobody's business, and the texts that they lead to."""
    intents = {f"{FAQ}/{entry}": texts for entry, texts in job["phrasings"].items()} | {OFF_TOPIC: job["off_topic"]}
    return {
        "version": "3.1",
        "nlu": [
            {"intent": name, "examples": [{"text": _plain(text)} for text in texts]} for name, texts in intents.items()
        ],
        "responses": {f"utter_{FAQ}/{entry}": [{"text": entry}] for entry in job["phrasings"]},
    }


def train(job: dict[str, Any], model: Path) -> None:
    """Writes the model, all or nothing."""
    from rasa.model_training import train_nlu
    from ruamel.yaml import YAML

    with tempfile.TemporaryDirectory(dir=model.parent, prefix=".training-") as folder:
        workshop = Path(folder)
        data, domain = workshop / "nlu.yml", workshop / "domain.yml"
        written = training_data(job)
        yaml = YAML(typ="safe")
        yaml.dump(written, data)
        yaml.dump({"version": "3.1", "intents": [FAQ, OFF_TOPIC], "responses": written["responses"]}, domain)
        made = train_nlu(str(CONFIG), str(data), folder, fixed_model_name="model", domain=str(domain))
        if made is None:
            raise RuntimeError("Rasa made no model")
        Path(made).replace(model)


async def answer(job: dict[str, Any], model: Path) -> dict[str, Any]:
    """The entries by confidence for each question, milliseconds included."""
    import psutil
    from rasa.core.agent import Agent

    begun = perf_counter()
    agent = Agent.load(str(model))
    ready_seconds = perf_counter() - begun
    for text in job["questions"][:WARM_UP]:
        await agent.parse_message(text)
    replies = []
    for text in job["questions"]:
        begun = perf_counter()
        found = ranking(await agent.parse_message(text))
        replies.append({"found": found[:DEPTH], "milliseconds": (perf_counter() - begun) * 1000})
    return {"replies": replies, "ready_seconds": ready_seconds, "memory_bytes": psutil.Process().memory_info().rss}


def ranking(parsed: dict[str, Any]) -> list[tuple[str, float]]:
    """Entry ids with the selector's confidence times that of the intent which it serves, best first."""
    of_intent = {intent["name"]: float(intent["confidence"]) for intent in parsed["intent_ranking"]}
    asked = of_intent.get(FAQ, 0.0)
    selected = parsed["response_selector"][FAQ]["ranking"]
    return [(item["intent_response_key"].partition("/")[2], float(item["confidence"]) * asked) for item in selected]


def _plain(text: str) -> str:
    """Without the brackets that mark entities in Rasa's training data."""
    return text.translate(str.maketrans("[]{}", "()()")).strip()


def main() -> None:
    task, job_file, model, *rest = sys.argv[1:]
    job = json.loads(Path(job_file).read_text(encoding="utf-8"))
    if task == "train":
        train(job, Path(model))
    else:
        replies = asyncio.run(answer(job, Path(model)))
        Path(rest[0]).write_text(json.dumps(replies), encoding="utf-8")


if __name__ == "__main__":
    main()
