"""The operations of the committed document, ready to be sent."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from cli.openapi_file import FILE
from shared.settings import API_BASE_PATH
from tests.contract.forms import form
from tests.contract.gateway import Answer, Gateway
from tests.files.pictures import MP4, picture

JSON, FORM = "application/json", "multipart/form-data"
PROBLEM, BYTES = "application/problem+json", "application/octet-stream"

FILES = {"file": ("drive.mp4", MP4), "files": ("stance.jpg", picture())}
"""What is sent for a form's field that holds a file."""


@dataclass(frozen=True)
class Request:
    """What is sent, whoever sends it; `path` is below the base path."""

    method: str
    path: str
    body: Any = None
    query: Mapping[str, Any] | None = None
    headers: Mapping[str, str] | None = None

    def by(self, app: Gateway) -> Answer:
        return app.send(
            self.method, self.path, body=self.body, query=self.query, headers=self.headers
        )


@dataclass(frozen=True)
class Operation:
    """One operation.

    `ids` are the parameters of its path, and the ids that its body names; `query` are the
    parameters it cannot do without, `file` is the field of its form that holds one.
    """

    name: str
    topic: str
    method: str
    path: str
    ids: tuple[str, ...]
    body: Mapping[str, Any] | None
    query: Mapping[str, Any]
    file: str | None
    refusals: Mapping[int, frozenset[str]]

    def __str__(self) -> str:
        return self.name

    def with_ids(self, ids: Mapping[str, str]) -> Request:
        """The request with these ids in their places."""
        path = re.sub(r"\{(\w+)\}", lambda match: ids[match[1]], self.path)
        if self.body is None:
            return Request(self.method, path, query=self.query)
        fields = {**self.body, **{name: ids[name] for name in self.ids if name in self.body}}
        if "player_ids" in fields:
            fields["player_ids"] = [ids["player_id"]]
        if self.file is None:
            return Request(self.method, path, fields, self.query)
        del fields[self.file]
        body, headers = form([FILES[self.file]], field=self.file, **fields)
        return Request(self.method, path, body, self.query, headers)

    def is_at(self, method: str, path: str) -> bool:
        """Whether this operation would answer."""
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(self.path))
        return method == self.method and re.fullmatch(pattern, path) is not None


@cache
def operations() -> tuple[Operation, ...]:
    """All of them, in the document's order."""
    document = the_document()
    return tuple(
        _operation(path.removeprefix(API_BASE_PATH), method, said, document["components"])
        for path, methods in document["paths"].items()
        for method, said in methods.items()
    )


@cache
def the_document() -> Any:
    """docs/openapi.json, as it is committed."""
    return json.loads(FILE.read_text(encoding="utf-8"))


def documented_codes(refusal: Mapping[str, Any], examples: Mapping[str, Any]) -> Iterable[str]:
    """The codes of the problems that one refusal shows."""
    shown = refusal.get("content", {}).get(PROBLEM, {}).get("examples", {})
    return (examples[one["$ref"].rsplit("/", 1)[-1]]["value"]["code"] for one in shown.values())


def _operation(
    path: str, method: str, said: Mapping[str, Any], components: Mapping[str, Any]
) -> Operation:
    sent = said.get("requestBody", {}).get("content", {})
    assert set(sent) <= {JSON, FORM}, f"what is a body of {set(sent)}?"
    content = sent.get(JSON) or sent.get(FORM)
    body = next(iter(content["examples"].values()))["value"] if content else None
    in_path = re.findall(r"\{(\w+)\}", path)
    in_body = [name for name in body or () if name.endswith("_id")]
    return Operation(
        name=said["operationId"],
        topic=said["tags"][0],
        method=method.upper(),
        path=path,
        ids=tuple(dict.fromkeys(in_path + in_body)),
        body=body,
        query={
            one["name"]: one["schema"]["examples"][0]
            for one in said.get("parameters", ())
            if one["in"] == "query" and one.get("required")
        },
        file=_file(sent[FORM]["schema"], components) if FORM in sent else None,
        refusals={
            int(status): frozenset(documented_codes(refusal, components["examples"]))
            for status, refusal in said["responses"].items()
        },
    )


def _file(schema: Mapping[str, str], components: Mapping[str, Any]) -> str:
    """The one field of a form that holds a file, or several."""
    fields = components["schemas"][schema["$ref"].rsplit("/", 1)[-1]]["properties"]
    (name,) = [name for name, said in fields.items() if BYTES in json.dumps(said)]
    assert name in FILES, f"what is sent as {name}? Say it in FILES"
    return str(name)
