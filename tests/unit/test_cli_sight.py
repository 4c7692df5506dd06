"""Progress where there is no terminal: few plain lines."""

from io import StringIO

from rich.console import Console

from cli.sight import Sight, progress_on


def lines_for(*sights: Sight) -> list[str]:
    text = StringIO()
    with progress_on(Console(file=text, force_terminal=False)) as show:
        for sight in sights:
            show(sight)
    return [line.rstrip() for line in text.getvalue().splitlines()]


def test_a_stage_is_told_once_for_every_quarter():
    assert lines_for(*(Sight("Uploading", percent) for percent in range(0, 101, 5))) == [
        "Uploading 0 %",
        "Uploading 25 %",
        "Uploading 50 %",
        "Uploading 75 %",
        "Uploading 100 %",
    ]


def test_a_new_stage_is_told_at_once_with_its_detail():
    assert lines_for(Sight("Waiting", 0), Sight("Step 1/4", 1, "picture 3 of 10")) == [
        "Waiting 0 %",
        "Step 1/4 1 % picture 3 of 10",
    ]


def test_on_a_terminal_there_is_a_bar():
    text = StringIO()
    with progress_on(Console(file=text, force_terminal=True, width=100)) as show:
        show(Sight("Step 1/4", 40, "picture 4 of 10"))
    assert "Step 1/4" in text.getvalue()
    assert "40%" in text.getvalue()
