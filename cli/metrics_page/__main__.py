"""Writes `docs/metrics.md`."""

from cli.metrics_page.page import PAGE, page

PAGE.write_text(page(), encoding="utf-8")
print(f"Wrote {PAGE.relative_to(PAGE.parents[1])}")
