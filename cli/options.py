"""Options that several commands share."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from shared.analysis import Handedness
from shared.results import Movement, View


class Engine(StrEnum):
    """What finds the athlete in a picture."""

    MEDIAPIPE = "mediapipe"
    SYNTHETIC = "synthetic"


VideoArgument = Annotated[Path, typer.Argument(help="The video file.")]

MovementOption = Annotated[
    Movement | None, typer.Option("--movement", "-m", help="What the athlete does.")
]

HandednessOption = Annotated[
    Handedness | None, typer.Option(help="The hand the athlete bats or bowls with.")
]

ViewOption = Annotated[
    View | None,
    typer.Option("--camera-view", help="Where the camera stands, seen from the athlete."),
]

SampleFpsOption = Annotated[
    float | None,
    typer.Option(min=0, max=240, help="Pictures a second to analyse; 0 takes every picture."),
]

HeightOption = Annotated[
    float | None,
    typer.Option("--athlete-height-cm", min=50, max=250, help="Gives distances in metres."),
]

SlowMotionOption = Annotated[
    float | None,
    typer.Option(
        "--slow-motion-factor",
        min=1,
        max=64,
        help="8 for a 240 fps recording that plays at 30 fps.",
    ),
]

EngineOption = Annotated[
    Engine,
    typer.Option(help="'synthetic' needs no model and sees one squatting person in any video."),
]

OutputOption = Annotated[Path, typer.Option("--output", "-o", help="Where the results go.")]


def given(**settings: object) -> dict[str, object]:
    """Return the settings that were given on the command line."""
    return {name: value for name, value in settings.items() if value is not None}
