"""What is asked of a recording, and why a value may be missing."""

from operator import ge

from cli.metrics_page.markdown import code, number, table
from shared.results import Reason
from worker_service.pipeline.quality.questions import FEWEST_HZ, PLACES, QUESTIONS, Question
from worker_service.pipeline.report.wording import words


def checks() -> str:
    """Return what is asked of every recording, and where a movement asks for more."""
    asked = [
        (
            code(one.id),
            _bound(one, one.limit),
            "yes" if one.decisive else "–",
            _bound(one, one.hopeless),
            one.advice,
        )
        for one in QUESTIONS
    ]
    rates = [(code(which), number(fewest)) for which, fewest in FEWEST_HZ.items()]
    places = [
        (code(which), code(place.id), " or ".join(place.views), place.advice)
        for which, place in PLACES.items()
    ]
    return "\n\n".join(
        [
            table(("check", "passes", "decisive", "nothing is measured unless", "advice"), asked),
            table(("movement", "`sample_rate`: least pictures a second"), rates),
            table(("movement or exercise", "check", "view", "advice"), places),
        ]
    )


def _bound(one: Question, limit: float | None) -> str:
    if limit is None:
        return "–"
    unit = "" if one.unit == "1" else f" {one.unit}"
    return f"{'at least' if one.passes is ge else 'at most'} {number(limit)}{unit}"


def reasons() -> str:
    """Return why a value may be missing."""
    rows = [(code(reason), words().reason[reason]) for reason in Reason]
    return table(("reason", "because"), rows)
