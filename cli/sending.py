"""What `demo` and `upload` share: send a video in, save what comes back and show it."""

import json
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console

from cli.api_client import ApiClient
from cli.phone import Phone
from cli.results_view import show_results
from cli.sight import progress_on
from shared.results import Results

FRAMES_NAME = "frames.json.gz"


def send_in(
    video: Path,
    settings: Mapping[str, object],
    *,
    api: ApiClient,
    output: Path,
    console: Console,
) -> None:
    """Walk the video through the API; write `output`, and the landmarks beside it.

    The presigned `frames_url` is left out of the file: it opens the frames to whoever reads it,
    and expires anyway.
    """
    frames = output.with_name(FRAMES_NAME)
    for stale in (output, frames):
        stale.unlink(missing_ok=True)
    with progress_on(console) as show:
        phone = Phone(api, show)
        finished = phone.analyse(video, settings)
        landmarks = phone.frames(finished.job_id)
    document = {**finished.results, "pose": {**finished.results["pose"], "frames_url": None}}
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    frames.write_bytes(landmarks)
    show_results(Results.model_validate(document), console)
    console.print(f"\nResults: {output}\nFrames:  {frames}", markup=False, soft_wrap=True)
