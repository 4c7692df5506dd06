"""Options that several commands share."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Engine(StrEnum):
    """What finds the athlete in a picture."""

    MEDIAPIPE = "mediapipe"
    SYNTHETIC = "synthetic"


VideoArgument = Annotated[Path, typer.Argument(help="The video file.")]

EngineOption = Annotated[
    Engine,
    typer.Option(help="'synthetic' needs no model and sees one squatting person in any video."),
]

OutputOption = Annotated[Path, typer.Option("--output", "-o", help="Where the results go.")]
