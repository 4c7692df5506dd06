"""The report as files: a web page and a PDF, both made of the same values."""

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from shared.files import REPORT_PAGE_NAME, REPORT_PDF_NAME
from worker_service.pipeline.report.printed.composition import page_of
from worker_service.pipeline.report.printed.page import Page

if TYPE_CHECKING:
    import jinja2
    import typst
    from typst import PDFStandard

    from shared.results import Results

TEMPLATES = Path(__file__).parent / "templates"

LANGUAGE = "en"

ACCESSIBLE: "PDFStandard" = "ua-1"
"""PDF/UA: tagged, so that it can be read aloud."""


def prepare() -> None:
    """Load what writes reports, so that the first one need not wait: a tenth of a second, 20 MB."""
    _web_page()
    _typesetter()


def write_report_files(results: "Results", folder: Path) -> None:
    """Write `report.html` and `report.pdf`; the same results give the same bytes."""
    page = page_of(results)
    (folder / REPORT_PAGE_NAME).write_text(html_of(page), encoding="utf-8")
    (folder / REPORT_PDF_NAME).write_bytes(pdf_of(page))


def html_of(page: Page) -> str:
    """Return a web page that stands alone: no script, nothing fetched, every text escaped."""
    return _web_page().render(page=page, language=LANGUAGE)


def pdf_of(page: Page) -> bytes:
    """Return a PDF. The texts travel as JSON, so none of them is read as markup."""
    inputs = {"page": page.model_dump_json(), "language": LANGUAGE}
    pdf = _typesetter().compile(format="pdf", sys_inputs=inputs, pdf_standards=ACCESSIBLE)
    assert isinstance(pdf, bytes)  # noqa: S101 - one document, no output file
    return pdf


@lru_cache(maxsize=1)
def _web_page() -> "jinja2.Template":
    import jinja2  # noqa: PLC0415 - who only measures need not have it

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    ).get_template("report.html.j2")


@lru_cache(maxsize=1)
def _typesetter() -> "typst.Compiler":
    """Return the typesetter with the fonts it brings, which are the same on every machine."""
    import typst  # noqa: PLC0415 - same

    return typst.Compiler(
        TEMPLATES / "report.typ",
        root=TEMPLATES,
        font_paths=typst.Fonts(include_system_fonts=False),
        ignore_system_fonts=True,
    )
