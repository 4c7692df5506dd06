"""PostgreSQL is stopped and started again while workers stand at every point of an attempt."""

from collections.abc import Iterator

import pytest

from tests.faults.aftermath import Outages
from tests.faults.arena import arena
from tests.faults.cuts import Aftermath, cut_everywhere
from tests.faults.outages import database

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def aftermath(tmp_path_factory, aws_endpoint, small_clip) -> Iterator[Aftermath]:
    folder = tmp_path_factory.mktemp("outages")
    with database(folder / "postgres") as one, arena(folder, one.start(), aws_endpoint) as place:
        yield cut_everywhere(place, small_clip, one.stopped)


class TestOutagesOfPostgresql(Outages):
    """The server is gone for a while, with every connection to it."""
