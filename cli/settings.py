"""One option for each analysis setting, the same in every command that takes a video."""

import inspect
import re
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any

import typer

from shared.analysis import AgeBand, Handedness, SubjectHint
from shared.results import Exercise, Movement, View

_SUBJECT = re.compile(r"([\d.]+),([\d.]+),([\d.]+),([\d.]+)(?:@([\d.]+))?")


def _subject(text: str) -> SubjectHint:
    """Read "x,y,width,height@seconds"; the time may be left out."""
    found = _SUBJECT.fullmatch(text)
    if found is None:
        raise typer.BadParameter("Write x,y,width,height@seconds, such as 0.4,0.2,0.2,0.6@1.5")
    names = ("x", "y", "width", "height", "t_s")
    try:
        parts = map(float, found.groups(default="0"))
        return SubjectHint.model_validate(dict(zip(names, parts, strict=True)))
    except ValueError as error:
        raise typer.BadParameter("The box must lie in the picture: 0 to 1.") from error


_OPTIONS: dict[str, Any] = {
    "movement": Annotated[
        Movement | None, typer.Option("--movement", "-m", help="What the athlete does.")
    ],
    "exercise": Annotated[
        Exercise | None, typer.Option(help="Of a workout. Default: told from the video.")
    ],
    "handedness": Annotated[
        Handedness | None, typer.Option(help="The hand the athlete bats or bowls with.")
    ],
    "camera_view": Annotated[
        View | None, typer.Option(help="Where the camera stands, seen from the athlete.")
    ],
    "sample_fps": Annotated[
        float | None,
        typer.Option(min=0, max=240, help="Pictures a second to analyse; 0 takes every picture."),
    ],
    "age_band": Annotated[
        AgeBand | None, typer.Option(help="Under 18, no values of adults are used.")
    ],
    "subject_hint": Annotated[
        SubjectHint | None,
        typer.Option(
            "--subject",
            parser=_subject,
            metavar="X,Y,W,H@S",
            help="A box around the athlete at one moment: fractions of the picture, seconds.",
        ),
    ],
    "athlete_height_cm": Annotated[
        float | None, typer.Option(min=50, max=250, help="Gives distances in metres.")
    ],
    "slow_motion_factor": Annotated[
        float | None,
        typer.Option(min=1, max=64, help="8 for a 240 fps recording that plays at 30 fps."),
    ],
}

Settings = dict[str, object]


def takes_settings(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command these options; it gets those that were used as `settings`, ready for JSON."""

    @wraps(command)
    def with_options(**arguments: object) -> None:
        given = {name: arguments.pop(name) for name in _OPTIONS}
        settings = {name: _plain(value) for name, value in given.items() if value is not None}
        command(**arguments, settings=settings)

    own = inspect.signature(command)
    parameters = [p for name, p in own.parameters.items() if name != "settings"]
    parameters += [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=option)
        for name, option in _OPTIONS.items()
    ]
    with_options.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]
    with_options.__annotations__ = {p.name: p.annotation for p in parameters}
    return with_options


def _plain(value: object) -> object:
    return value.model_dump() if isinstance(value, SubjectHint) else value
