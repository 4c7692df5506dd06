import io
import json
import logging

import pytest
import structlog

from shared.telemetry import Metrics, configure_logging, logger


@pytest.fixture(autouse=True)
def _restored_logging():
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def test_a_log_line_is_one_json_object_with_bound_ids(capsys):
    configure_logging(service="worker", stage="test")
    with structlog.contextvars.bound_contextvars(job_id="j1"):
        logger("x").info("step done", seconds=1.5)
    line = json.loads(capsys.readouterr().out)
    assert line["event"] == "step done"
    assert (line["service"], line["stage"], line["job_id"]) == ("worker", "test", "j1")
    assert line["seconds"] == 1.5
    assert line["timestamp"].endswith("Z")


def test_other_libraries_log_in_the_same_shape(capsys):
    configure_logging(service="api", stage="test", level="WARNING")
    logging.getLogger("botocore").warning("throttled")
    logging.getLogger("botocore").info("not shown")
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["event"] for line in lines] == ["throttled"]


def test_an_exception_is_part_of_its_line(capsys):
    configure_logging(service="api", stage="test")
    try:
        int("broken")
    except ValueError:
        logger("x").exception("failed")
    line = json.loads(capsys.readouterr().out)
    assert "ValueError: invalid literal" in line["exception"]


def test_a_metric_follows_the_embedded_metric_format():
    stream = io.StringIO()
    Metrics(service="worker", stage="prod", stream=stream).put(
        {"JobsCompleted": (1, "Count"), "PoseSeconds": (2.5, "Seconds")}, job_id="j1"
    )
    line = json.loads(stream.getvalue())
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "CoachPlus"
    assert directive["Dimensions"] == [["Service", "Stage"]]
    assert {metric["Name"] for metric in directive["Metrics"]} == {"JobsCompleted", "PoseSeconds"}
    assert (line["Service"], line["Stage"], line["PoseSeconds"]) == ("worker", "prod", 2.5)
    assert isinstance(line["_aws"]["Timestamp"], int)
