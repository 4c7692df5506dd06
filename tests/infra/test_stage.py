"""What a stage may be told, and what is refused before anything is made."""

from typing import Any

import pytest

from infra.gpu_sizes import PROCESSORS_AND_GIB, GpuSize
from infra.stage import PROD, Stage, stages


def changed(**changes: Any) -> Stage:
    return stages({"prod": changes})["prod"]


def test_a_stage_is_called_by_its_key_and_cannot_overwrite_another():
    with pytest.raises(ValueError, match="stage club: that is its name already; leave `name` out"):
        stages({"club": {"like": "dev", "name": "prod"}})
    assert stages({"club": {"like": "dev"}})["club"].name == "club"


def test_no_installation_is_called_like_ones_own_machine():
    with pytest.raises(ValueError, match="local is what one's own machine is called"):
        stages({"local": {"like": "dev"}})


def test_workers_on_gpus_need_an_instance():
    with pytest.raises(ValueError, match="gpu_instances"):
        changed(gpu_instances=())


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"memory_mib": 16384}, "memory_mib 16384: g4dn.xlarge leaves 15360 to tasks"),
        ({"cpu_units": 8192}, "cpu_units 8192: g4dn.xlarge has 4096"),
        (
            {"gpu_instances": ("g6e.xlarge", "g5.xlarge"), "memory_mib": 30720},
            "memory_mib 30720: g5.xlarge leaves 15360",
        ),
        ({"gpu_instances": ("p9.huge",)}, r"p9.huge is not in PROCESSORS_AND_GIB"),
    ],
)
def test_a_task_that_an_instance_could_never_hold_is_refused(changes, complaint):
    with pytest.raises(ValueError, match=complaint):
        changed(**changes)


def test_a_larger_task_goes_on_larger_instances():
    assert changed(gpu_instances=("g6e.xlarge",), memory_mib=30720).memory_mib == 30720


def test_on_fargate_no_instance_is_asked():
    assert changed(workers="cpu", memory_mib=16384, gpu_instances=("p9.huge",)).memory_mib == 16384


def test_some_memory_of_every_instance_is_the_kernels():
    for name, (_, gib) in PROCESSORS_AND_GIB.items():
        assert 0 < GpuSize.of(name).memory_mib < gib * 1024 * 0.95


def test_two_zones_are_named_or_none():
    with pytest.raises(ValueError, match="zones"):
        changed(zones=("eu-west-1a",))
    assert PROD.zones is None
