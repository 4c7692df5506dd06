"""Instances with one GPU: what they leave for a worker's task. Knows nothing of AWS's library."""

from collections.abc import Mapping
from dataclasses import dataclass

PROCESSORS_AND_GIB: Mapping[str, tuple[int, int]] = {
    "g4dn.xlarge": (4, 16),
    "g4dn.2xlarge": (8, 32),
    "g4dn.4xlarge": (16, 64),
    "g5.xlarge": (4, 16),
    "g5.2xlarge": (8, 32),
    "g5.4xlarge": (16, 64),
    "g6.xlarge": (4, 16),
    "g6.2xlarge": (8, 32),
    "g6.4xlarge": (16, 64),
    "g6e.xlarge": (4, 32),
    "g6e.2xlarge": (8, 64),
    "g6e.4xlarge": (16, 128),
}
"""Source: "Specifications for Amazon EC2 accelerated computing instances", Amazon EC2 Instance
Types."""

LEFT_MIB_OF_A_GIB = 960
"""The rest is the kernel's, and ECS does not count it: of 8 GiB it saw 7985 MiB in AWS's own
example ("Reserving Amazon ECS Linux container instance memory", ECS Developer Guide). That is 97 %;
here it is 94 %, for the driver also takes some."""


@dataclass(frozen=True, slots=True)
class GpuSize:
    """What ECS can give to tasks on one instance; 1024 units are one processor."""

    instance: str
    cpu_units: int
    memory_mib: int

    @classmethod
    def of(cls, instance: str) -> "GpuSize":
        """Return the size of a type such as `g5.xlarge`.

        Raises:
            ValueError: the type is not in the table.
        """
        size = PROCESSORS_AND_GIB.get(instance)
        if size is None:
            known = ", ".join(PROCESSORS_AND_GIB)
            message = (
                f"gpu_instances: {instance} is not in PROCESSORS_AND_GIB (infra/gpu_sizes.py), "
                f"which has {known}; add it with its processors and memory"
            )
            raise ValueError(message)
        processors, gib = size
        return cls(instance, cpu_units=processors * 1024, memory_mib=gib * LEFT_MIB_OF_A_GIB)

    def must_hold(self, *, cpu_units: int, memory_mib: int) -> None:
        """Refuse a task that ECS would never place here.

        Raises:
            ValueError: it asks for more than there is.
        """
        if cpu_units > self.cpu_units:
            message = f"cpu_units {cpu_units}: {self.instance} has {self.cpu_units}"
            raise ValueError(message)
        if memory_mib > self.memory_mib:
            message = f"memory_mib {memory_mib}: {self.instance} leaves {self.memory_mib} to tasks"
            raise ValueError(message)
