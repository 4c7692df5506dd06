"""Ways to the pictures that were made of a coach's stills."""

from collections.abc import Callable
from typing import Any

LINKED = ("annotated", "thumbnail")


def with_links(results: dict[str, Any], link: Callable[[str], str]) -> dict[str, Any]:
    """Return a stored `StillResults` document with `annotated_url` and `thumbnail_url`.

    `link` makes one from a file's name.
    """
    return {**results, "pictures": [_linked(picture, link) for picture in results["pictures"]]}


def _linked(picture: dict[str, Any], link: Callable[[str], str]) -> dict[str, Any]:
    files = {which: picture[which] for which in LINKED}
    urls = {f"{which}_url": file and link(file["name"]) for which, file in files.items()}
    return {**picture, **urls}
