"""Pages of documentation as tests read them: headings, links, and what is set in code type."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parent.parent

_HEADING = re.compile(r"^(#{1,6}) (.+)$", re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_FENCED = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True)
class Page:
    """One Markdown file, named by its path from the root of the repository."""

    name: str

    @cached_property
    def text(self) -> str:
        return (ROOT / self.name).read_text(encoding="utf-8")

    @cached_property
    def prose(self) -> str:
        """The text without its fenced blocks."""
        return _FENCED.sub("", self.text)

    @property
    def anchors(self) -> set[str]:
        """What a link may name after `#`, as GitHub makes it from the headings."""
        return {slug(title) for _, title in _HEADING.findall(self.prose)}

    @property
    def links(self) -> list[str]:
        """Where the page leads to within the repository."""
        return [to for to in _LINK.findall(self.prose) if not to.startswith("http")]

    @property
    def commands(self) -> list[str]:
        """Every line of a fenced block, and everything in code type within the prose."""
        fenced = [line for block in _FENCED.findall(self.text) for line in block.splitlines()]
        return [line.removeprefix("$ ") for line in fenced] + _INLINE.findall(self.prose)

    def section(self, title: str) -> str:
        """The text below one heading, up to the next of the same or a higher level."""
        for found in _HEADING.finditer(self.text):
            if found[2] == title:
                rest = self.text[found.end() :]
                following = re.search(rf"^#{{1,{len(found[1])}}} ", rest, re.MULTILINE)
                return rest[: following.start()] if following else rest
        raise KeyError(title)


def slug(title: str) -> str:
    """The anchor that GitHub gives a heading."""
    kept = re.sub(r"[^\w\- ]", "", title.strip().lower())
    return kept.replace(" ", "-")
