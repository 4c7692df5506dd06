"""What there is to say no with: the tables of docs/api.md."""

import re
from collections.abc import Mapping

from tests.doc_pages import Page


def told(heading: str, header: str) -> Mapping[str, str]:
    """What a table of docs/api.md says in its second column about each code of the first."""
    section = Page("docs/api.md").section(heading)
    table = section.partition(f"| code | {header} |")[2].partition("\n\n")[0]
    rows = [line.split("|")[1:3] for line in table.splitlines() if line.startswith("| `")]
    return {code: said.strip() for codes, said in rows for code in re.findall(r"`(\w+)`", codes)}
