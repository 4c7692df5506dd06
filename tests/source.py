"""What the product's source says it writes: log events and metrics, read from its syntax tree."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TypeVar

Node = TypeVar("Node", bound=ast.AST)

ROOT = Path(__file__).parent.parent
PACKAGES = ("api_lambda", "cli", "local", "shared", "worker_service")

_LOGGING = {"debug", "info", "warning", "error", "exception", "critical"}
_UNITS = {"Count", "Count/Second", "Seconds", "Milliseconds", "Bytes", "Megabytes", "Percent"}


@cache
def logged_events() -> set[str]:
    """The texts that log lines carry as their `event`."""
    return {
        text
        for call in _nodes(ast.Call)
        if isinstance(call.func, ast.Attribute) and call.func.attr in _LOGGING and call.args
        for text in _texts(call.args[0])
    }


@cache
def emitted_metrics() -> set[str]:
    """The names in `{name: (value, unit)}`; `*` stands for what is only known when it runs."""
    return {
        name
        for written in _nodes(ast.Dict)
        for key, value in zip(written.keys, written.values, strict=True)
        if _has_unit(value)
        for name in _texts(key)
    } | {
        name
        for written in _nodes(ast.DictComp)
        if _has_unit(written.value)
        for name in _texts(written.key)
    }


def _nodes(kind: type[Node]) -> Iterator[Node]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, kind):
                    yield node


def _has_unit(value: ast.expr) -> bool:
    if not isinstance(value, ast.Tuple) or len(value.elts) != 2:
        return False
    unit = value.elts[1]
    return isinstance(unit, ast.Constant) and unit.value in _UNITS


def _texts(written: ast.expr | None) -> list[str]:
    match written:
        case ast.Constant(value=str() as text):
            return [text]
        case ast.JoinedStr(values=parts):
            return ["".join(_texts(part)[0] if _texts(part) else "*" for part in parts)]
        case ast.IfExp(body=one, orelse=other):
            return _texts(one) + _texts(other)
        case _:
            return []
