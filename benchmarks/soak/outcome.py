"""What came of a soak: figures for people and for `build/soak.json`."""

import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.soak.fates import Fate, Way
from benchmarks.soak.inspection import Inspection
from benchmarks.soak.promises import MARGIN_S, Happened, Promise, promises
from benchmarks.soak.recovery import Recovery, Spread, recoveries
from benchmarks.soak.trouble import Kill, Thefts
from shared.jobs import Status


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that happened and all that was left."""

    seed: int
    seconds: float
    fates: Sequence[Fate]
    kills: Sequence[Kill]
    frozen: int
    thefts: Thefts
    happened: Happened
    seen: Inspection

    @property
    def recovered(self) -> list[Recovery]:
        """One for each kill that hit an attempt."""
        return recoveries(
            self.kills, self.seen.attempts, self.seen.ended, frozenset(self.thefts.lost)
        )

    @property
    def promises(self) -> list[Promise]:
        """Each with what was found."""
        return list(promises(self.happened, self.seen, self.recovered))

    @property
    def holds(self) -> bool:
        """Whether every promise was kept."""
        return all(promise.holds for promise in self.promises)

    @property
    def trouble(self) -> dict[str, int]:
        """What went wrong, and how often."""
        ways = Counter(fate.way for fate in self.fates)
        return {
            "workers killed": len(self.kills),
            "of these with a job in hand": len(self.recovered),
            "workers frozen beyond their lease": self.frozen,
            "messages sent a second or third time": sum(
                len(fate.copies_after_s) for fate in self.fates
            ),
            "messages stolen for good": len(self.thefts.lost),
            "messages held back": self.thefts.held,
            **{way.value: ways[way] for way in Way if way is not Way.PROMPT},
        }

    @property
    def work(self) -> dict[str, int | float]:
        """What was done all the same."""
        outcomes = Counter(attempt.outcome for attempt in self.seen.attempts)
        statuses = Counter(job.status for job in self.seen.jobs)
        codes = Counter(job.error_code for job in self.seen.jobs if job.status == Status.FAILED)
        return {
            "jobs completed": statuses[Status.COMPLETED],
            **{f"jobs failed, {code}": number for code, number in sorted(codes.items())},
            "attempts": len(self.seen.attempts),
            **{f"attempts {outcome}": number for outcome, number in sorted(outcomes.items())},
            "median age of a job when it became final, s": round(self._median_age_s, 2),
            "duration, s": round(self.seconds, 1),
        }

    @property
    def _median_age_s(self) -> float:
        ages = [
            (job.completed_at - job.created_at).total_seconds()
            for job in self.seen.jobs
            if job.completed_at is not None
        ]
        return statistics.median(ages) if ages else 0.0

    @property
    def recovery_times(self) -> dict[str, Spread | None]:
        """From the kill of a worker with a job in hand, in seconds."""
        killed = [one for one in self.recovered if not one.robbed]
        robbed = [one for one in self.recovered if one.robbed]
        return {
            "kill to next claim": _to_claim(killed),
            "kill to final": _to_final(killed),
            "kill to next claim, a message stolen too": _to_claim(robbed),
            "kill to final, a message stolen too": _to_final(robbed),
        }

    @property
    def promised_s(self) -> float:
        """Within what a job is taken over."""
        return self.happened.lease_s + MARGIN_S

    def entry(self) -> dict[str, Any]:
        """What stands in `build/soak.json`."""
        return {
            "seed": self.seed,
            "holds": self.holds,
            "trouble": self.trouble,
            "work": self.work,
            "recovery_s": {
                what: spread and asdict(spread) for what, spread in self.recovery_times.items()
            },
            "recovery_promised_s": self.promised_s,
            "promises": [{**asdict(promise), "holds": promise.holds} for promise in self.promises],
        }


def _to_claim(some: Sequence[Recovery]) -> Spread | None:
    return Spread.of(one.to_claim_s for one in some if one.to_claim_s is not None)


def _to_final(some: Sequence[Recovery]) -> Spread | None:
    return Spread.of(one.to_final_s for one in some)
