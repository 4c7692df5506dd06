"""What schemathesis cannot know: the ids of things that are there, and that stay.

It makes ids up, or takes those of things it deletes. So most requests would end at 404, and
nothing behind that would be tested. `COACH_IDS` names what there is.
"""

import json
import os
from itertools import cycle
from uuid import UUID, uuid4

import schemathesis
from schemathesis.generation.meta import CoverageScenario, TestPhase

IDS = json.loads(os.environ.get("COACH_IDS", "{}"))
"""From a parameter's or field's name to one that exists, and goes on existing."""

_use_them = cycle((True, False))


@schemathesis.hook
def before_call(context, case, kwargs):
    phase = case.meta.phase if case.meta else None
    scenario = getattr(phase.data, "scenario", None) if phase else None
    if scenario == CoverageScenario.MISSING_PARAMETER:
        return  # changed, it would be sent whole
    places = [given for given in (case.path_parameters, case.body) if isinstance(given, dict)]
    if case.method == "DELETE" or case.path.endswith("/cancel"):
        _spare_what_is_needed(places)
    elif phase and phase.name != TestPhase.STATEFUL and next(_use_them):
        _name_what_is_there(places)


def _spare_what_is_needed(places):
    for given in places:
        for name, value in given.items():
            if value == IDS.get(name):
                given[name] = str(uuid4())


def _name_what_is_there(places):
    for given in places:
        for name in given.keys() & IDS.keys():
            if _is_an_id(given[name]):
                given[name] = IDS[name]


def _is_an_id(text):
    try:
        UUID(text)
    except (ValueError, AttributeError, TypeError):
        return False
    return True
