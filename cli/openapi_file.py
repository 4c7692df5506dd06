"""`python -m cli.openapi_file`: write docs/openapi.json anew, as the API itself serves it."""

import json
from pathlib import Path

from api_lambda.app import routes_only

FILE = Path(__file__).parent.parent / "docs" / "openapi.json"


def written() -> str:
    """Return the OpenAPI document as it must stand in `docs/openapi.json`."""
    return json.dumps(routes_only().openapi(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def main() -> None:
    """Write the file."""
    FILE.write_text(written(), encoding="utf-8")


if __name__ == "__main__":
    main()
