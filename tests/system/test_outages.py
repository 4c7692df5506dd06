"""S3 and SQS refuse every request while workers stand at every point of an attempt."""

from collections.abc import Iterator

import pytest

from tests.faults.aftermath import Outages
from tests.faults.arena import arena
from tests.faults.cuts import Aftermath, cut_everywhere
from tests.faults.outages import Service, database, gate

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def aftermath(tmp_path_factory, aws_endpoint, small_clip) -> Iterator[Aftermath]:
    folder = tmp_path_factory.mktemp("outages")
    with (
        database(folder / "postgres") as one,
        gate(aws_endpoint) as way,
        arena(folder, one.start(), way.endpoint) as place,
    ):
        yield cut_everywhere(place, small_clip, lambda: way.refusing(Service.S3, Service.SQS))


class TestOutagesOfS3AndSqs(Outages):
    """Every request to both is refused for a while."""
