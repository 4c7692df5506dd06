"""The report as a page and as a PDF: everything in it, nothing of it run, the same every time."""

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from api_lambda.examples.results import RESULTS
from shared.files import REPORT_PAGE_NAME, REPORT_PDF_NAME
from shared.results import (
    Dose,
    Drill,
    Exercise,
    Findings,
    Metric,
    Moment,
    Movement,
    OverallLevel,
    Reason,
    Reference,
    Repetition,
    Results,
    View,
)
from shared.settings import WorkerSettings
from tests.athletes import analysed, delivery, running, standing
from tests.athletes.analysed import summary_of
from tests.files.pdf_text import text_of
from worker_service.analyst.workbench import Workbench
from worker_service.pipeline.metrics.table import metric_specs
from worker_service.pipeline.report.printed import files
from worker_service.pipeline.report.printed.composition import VIEWS, moment, page_of
from worker_service.pipeline.report.printed.files import (
    TEMPLATES,
    html_of,
    pdf_of,
    write_report_files,
)

HOSTILE = '<script>alert(1)</script> #panic("x") *bold* $x$ @ref "q" \\ {{ 7 * 7 }} & é'

DRILL = Drill(
    id="hold",
    title="Front-foot hold",
    purpose="A firm front leg.",
    setup="A line on the ground.",
    steps=["Step.", "Hold.", "Return."],
    dose=Dose(sets=3, repetitions="6 a leg"),
    progression="Close the eyes.",
    equipment=["line", "ball"],
    age_note="Any age.",
)


@pytest.fixture
def results() -> Results:
    """A stroke with an issue, a drill, a warning and something missing."""
    plain = Results.model_validate(RESULTS)
    return with_report(
        plain,
        drills=[DRILL],
        retake_advice=["Come closer."],
        reliability_warning="Reliability is low.",
    )


def with_report(results: Results, **changes) -> Results:
    return results.model_copy(update={"report": results.report.model_copy(update=changes)})


def with_metrics(results: Results, movement: Movement, **metrics: Metric) -> Results:
    provenance = results.provenance.model_copy(update={"movement": movement})
    return results.model_copy(update={"metrics": metrics, "provenance": provenance})


def of_athlete(scenario, movement: Movement, **settings) -> Results:
    """The document of a generated athlete."""
    track = scenario.filmed()
    result = analysed(track, movement, **settings)
    plain = Results.model_validate(RESULTS)
    return with_metrics(plain, movement, **result.measurement.metrics).model_copy(
        update={
            "pose": plain.pose.model_copy(update={"pose_summary": summary_of(track)}),
            "quality": result.quality,
            "reps": list(result.measurement.reps),
            "findings": result.findings,
            "report": result.report,
        }
    )


class Reader(HTMLParser):
    """What a browser would see: tags with their attributes, and the text between them."""

    def __init__(self, page: str):
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data

    def named(self, *tags: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag in tags]


def packed(text: str) -> str:
    """Without white space, which a PDF does not keep."""
    return "".join(text.split())


# --- the page model ---------------------------------------------------------------------------


def test_an_issue_comes_with_its_moment_and_its_cues(results):
    [issue] = page_of(results).issues
    assert issue.look_at == "0:03.4"
    assert issue.severity == "medium"
    assert issue.cues == ["Land, then be tall."]
    assert issue.source == results.findings.findings[0].source


def test_a_value_comes_with_its_error_and_its_moment(results):
    [row] = page_of(results).measured
    assert row.name == "Head stability"
    assert (row.value, row.band) == ("0.06 torso lengths", "± 0.02")
    assert row.when == "0:03.4 contact"
    assert row.sure == "90%"
    assert (row.published, row.note) == ("", None)


def test_a_missing_value_says_why_in_plain_words(results):
    [row] = page_of(results).missing
    assert (row.names, row.why) == ("Elbow height", "That part of the body was hidden.")


def test_a_published_range_comes_with_its_source(results):
    reference = Reference(low=155, high=203, scope="for elite runners", source="Burns 2019.")
    cadence = Metric(value=170.0, unit="steps/min", error_band=1.0, reference=reference)
    lean = Metric(value=5.0, unit="deg", error_band=3.0, reference=reference)
    page = page_of(with_metrics(results, Movement.RUNNING, trunk_lean=lean, cadence=cadence))
    first, second = page.measured
    assert (first.name, first.published) == ("Cadence", "155 to 203 for elite runners")
    assert (second.band, second.note, first.note) == ("± 3°", 1, 1)
    assert page.sources == ["Burns 2019."]


def test_a_share_is_told_in_percent_and_its_error_too(results):
    duty = Metric(value=0.33, unit="ratio", error_band=0.033)
    [row] = page_of(with_metrics(results, Movement.RUNNING, duty_factor=duty)).measured
    assert (row.value, row.band) == ("33 %", "± 3 %")


def test_an_error_smaller_than_the_decimals_is_not_hidden(results):
    knee = Metric(value=140.0, unit="deg", error_band=0.2)
    unknown = Metric(value=0.1, unit="torso")
    page = page_of(
        with_metrics(
            results,
            Movement.CRICKET_BATTING,
            front_knee_brace_score=knee,
            head_stability_score=unknown,
        )
    )
    assert {row.band for row in page.measured} == {"± 0.2°", ""}


def test_what_has_no_meaning_is_named_last(results):
    meaningless = Metric.missing(Reason.NOT_DEFINED_FOR_MOVEMENT, unit="torso")
    hidden = Metric.missing(Reason.LANDMARKS_HIDDEN, unit="deg")
    page = page_of(
        with_metrics(
            results, Movement.RUNNING, head_stability_score=meaningless, elbow_angle=hidden
        )
    )
    assert [row.why for row in page.missing] == [
        "That part of the body was hidden.",
        "It has no meaning for this movement.",
    ]


def test_a_metric_may_say_itself_why_its_moment_is_missing(results):
    lost = Metric.missing(Reason.EVENT_NOT_FOUND, unit="height")
    page = page_of(with_metrics(results, Movement.CRICKET_BATTING, stance_width=lost))
    assert page.missing[0].why == metric_specs(Movement.CRICKET_BATTING)["stance_width"].unfound


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_its_words(results, reason):
    lost = Metric.missing(reason, unit="torso")
    page = page_of(with_metrics(results, Movement.CRICKET_BATTING, head_stability_score=lost))
    assert reason not in page.missing[0].why
    assert page.missing[0].why.endswith(".")


def test_every_view_has_its_words():
    assert set(VIEWS) == set(View)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00.0"), (3.44, "0:03.4"), (59.96, "1:00.0"), (61.25, "1:01.2"), (-0.1, "0:00.0")],
)
def test_a_moment_reads_as_on_a_player(seconds, text):
    assert moment(seconds) == text


def test_the_title_says_what_was_done_and_how_it_was_filmed(results):
    squat = with_metrics(results, Movement.WORKOUT).model_copy(update={"exercise": Exercise.SQUAT})
    page = page_of(squat)
    assert page.title == "Workout: squats"
    assert page.subtitle == "1 squat · filmed from the side · 10.0 s at 30 pictures a second"
    unfinished = [Repetition(index=0, start_s=0, end_s=1, complete=False)]
    assert page_of(squat.model_copy(update={"reps": unfinished})).subtitle.startswith("Filmed")


def test_a_dose_of_one_set_is_said_without_sets(results):
    once = DRILL.model_copy(update={"dose": Dose(sets=1, repetitions="10 minutes")})
    drills = page_of(with_report(results, drills=[once, DRILL])).drills
    assert [drill.dose for drill in drills] == ["10 minutes", "3 × 6 a leg"]


def test_a_minors_report_shows_no_published_values():
    page = page_of(of_athlete(running(), Movement.RUNNING, age_band="under_13"))
    assert page.measured
    assert page.sources == []
    assert {row.published for row in page.measured} == {""}
    assert "Published" not in Reader(html_of(page)).text
    assert "published values of adults" in page.summary
    adult = page_of(of_athlete(running(), Movement.RUNNING))
    assert adult.sources
    assert "Published ranges are of adults" in html_of(adult)


def test_nothing_found_reads_differently_from_nothing_measured(results):
    def said(level: OverallLevel) -> str:
        findings = Findings(overall_level=level, findings=[])
        bare = with_report(results, top_issues=[]).model_copy(update={"findings": findings})
        return page_of(bare).no_issues

    assert said(OverallLevel.LOW) == "Nothing stands out."
    assert said(OverallLevel.NOT_MEASURABLE) == "Nothing could be judged."


def test_where_nothing_was_measured_only_reasons_are_told():
    page = page_of(of_athlete(standing(), Movement.CRICKET_BATTING))
    assert (page.issues, page.strengths, page.measured) == ([], [], [])
    assert page.missing
    shown = Reader(html_of(page))
    assert not shown.named("table")
    assert "Not measured" in shown.text
    assert pdf_of(page).startswith(b"%PDF")


# --- both formats -----------------------------------------------------------------------------

SAID = [
    "Summary",
    "Work on first",
    "Strengths",
    "Measurements",
    "Not measured",
    "Drills",
    "The week",
    "Next time you film",
    "How this was made",
    "Cricket: batting",
    "Balanced at the crease; the front knee gives way at contact.",
    "Reliability is low.",
    "The front knee gives way at contact",
    "Look at 0:03.4",
    "medium severity",
    "Land, then be tall.",
    "The head stays still into contact.",
    "Head stability",
    "0.06 torso lengths",
    "± 0.02",
    "That part of the body was hidden.",
    "Front-foot hold",
    "3 × 6 a leg",
    "Close the eyes.",
    "Equipment: line, ball. Any age.",
    "Day 7",
    "Firm front leg",
    "Come closer.",
    "Coach Plus 0.1.0",
    "pose_landmarker_full.task (4eaa5eb7a983)",
]


@pytest.mark.parametrize("form", ["page", "pdf"])
def test_every_part_is_in_both_forms(results, form):
    page = page_of(results)
    text = packed(Reader(html_of(page)).text) if form == "page" else text_of(pdf_of(page))
    for words in SAID:
        assert packed(words) in text


def hostile(results: Results) -> Results:
    """Every text that could ever come from outside, hostile."""
    issue = results.report.top_issues[0].model_copy(update={"title": HOSTILE})
    moved = Metric(value=1.0, unit=HOSTILE, at=Moment(t_s=1.0, frame=3))
    return with_report(
        results,
        summary=HOSTILE,
        top_issues=[issue],
        strengths=[HOSTILE],
        retake_advice=[HOSTILE],
        reliability_warning=HOSTILE,
        drills=[DRILL.model_copy(update={"title": HOSTILE, "steps": [HOSTILE]})],
    ).model_copy(update={"metrics": {"head_stability_score": moved}})


def test_a_hostile_text_is_only_a_text_on_the_page(results):
    page = html_of(page_of(hostile(results)))
    assert "<script" not in page
    shown = Reader(page)
    assert not shown.named("script")
    assert shown.text.count(HOSTILE) == 8


def test_a_hostile_text_is_only_a_text_in_the_pdf(results):
    pdf = pdf_of(page_of(hostile(results)))
    assert text_of(pdf).count(packed(HOSTILE)) == 8
    assert b"/JavaScript" not in pdf


def test_the_page_stands_alone(results):
    shown = Reader(html_of(page_of(results)))
    assert not shown.named("script", "link", "img", "iframe", "object", "form", "a")
    policy = [tag["content"] for tag in shown.named("meta") if "content" in tag]
    assert "default-src 'none'; style-src 'unsafe-inline'" in policy
    assert "url(" not in html_of(page_of(results))
    assert not [
        value
        for _, attributes in shown.tags
        for name, value in attributes.items()
        if name in {"src", "href", "srcset"} or name.startswith("on")
    ]


def test_the_page_can_be_read_aloud(results):
    page = html_of(page_of(results))
    shown = Reader(page)
    assert shown.named("html") == [{"lang": "en"}]
    assert len(shown.named("h1")) == 1
    levels = [int(tag[1]) for tag, _ in shown.tags if re.fullmatch("h[1-6]", tag)]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    ids = {attributes.get("id") for _, attributes in shown.tags}
    labels = [tag["aria-labelledby"] for tag in shown.named("section", "footer")]
    assert labels
    assert set(labels) <= ids
    assert all(tag.get("scope") in {"row", "col"} for tag in shown.named("th"))


INKS = [
    ("ink", "paper"),
    ("soft", "paper"),
    ("soft", "ground"),
    ("brand", "paper"),
    ("paper", "brand"),
    ("brand", "brand-tint"),
    ("high", "high-tint"),
    ("medium", "medium-tint"),
    ("ink", "medium-tint"),
    ("low", "low-tint"),
]


@pytest.mark.parametrize(("ink", "ground"), INKS, ids=lambda name: name)
def test_colours_have_the_contrast_of_wcag_aa(ink, ground):
    style = (TEMPLATES / "report.html.j2").read_text()
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", style))
    lighter, darker = sorted((luminance(colours[ink]), luminance(colours[ground])), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def test_the_pdf_has_the_pages_colours():
    typeset = (TEMPLATES / "report.typ").read_text()
    page = (TEMPLATES / "report.html.j2").read_text()
    colours = set(re.findall(r'rgb\("(#[0-9a-f]{6})"\)', typeset))
    assert colours
    assert colours <= set(re.findall(r"--[a-z-]+: (#[0-9a-f]{6});", page))


def luminance(colour: str) -> float:
    """Relative luminance as WCAG defines it."""
    shares = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_what_writes_reports_is_loaded_before_the_first_video():
    loaded = (files._web_page, files._typesetter)
    for each in loaded:
        each.cache_clear()
    Workbench(WorkerSettings(pose_engine="synthetic")).prepare()
    assert [each.cache_info().currsize for each in loaded] == [1, 1]


def test_the_same_results_give_the_same_bytes(results, tmp_path):
    written = []
    for name in ("first", "second"):
        folder = tmp_path / name
        folder.mkdir()
        write_report_files(results, folder)
        written.append({file.name: file.read_bytes() for file in folder.iterdir()})
    assert written[0] == written[1]
    assert set(written[0]) == {REPORT_PAGE_NAME, REPORT_PDF_NAME}
    assert written[0][REPORT_PDF_NAME].startswith(b"%PDF-")
    assert b"CreationDate" not in written[0][REPORT_PDF_NAME]


def test_three_issues_are_shown_in_their_order():
    results = of_athlete(delivery(102.0), Movement.CRICKET_BOWLING)
    [issue], [finding] = results.report.top_issues, results.findings.findings
    titles = ["First", "Second", "Third"]
    many = with_report(
        results, top_issues=[issue.model_copy(update={"title": title}) for title in titles]
    ).model_copy(
        update={"findings": results.findings.model_copy(update={"findings": [finding] * 4})}
    )
    page = page_of(many)
    assert [one.title for one in page.issues] == titles
    assert pdf_of(page).startswith(b"%PDF")
