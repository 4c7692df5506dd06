"""Who may be analysed: the rule as a table, on a real database."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from shared.analysis import AgeBand, AnalysisSettings
from shared.errors import ConsentRequired
from shared.players.consent import ConsentGate
from shared.players.scopes import ConsentScope
from shared.players.store import NewConsent, PlayerStore
from tests.builders import COACH

STRANGER = "coach-2"
HOUR = timedelta(hours=1)

ADULT, U13, U16, U18 = AgeBand.ADULT, AgeBand.UNDER_13, AgeBand.UNDER_16, AgeBand.UNDER_18


@dataclass(frozen=True)
class Known:
    """A player as the record says, and hours around now when a consent holds (None: for ever)."""

    band: AgeBand | None = None
    allowed: bool = False
    scope: ConsentScope = ConsentScope.ANALYSIS
    given: int = 0
    expires: int | None = None
    revoked: bool = False


@pytest.fixture
def players(engine):
    return PlayerStore(engine)


@pytest.fixture
def check(players):
    def check(standing, settings=None, owner=COACH):
        """Make these players known and ask for an analysis of all of them."""
        for index, player in enumerate(standing):
            if player is not None:
                _put(players, f"p-{index}", player, owner)
        named = [f"p-{index}" for index in range(len(standing))]
        return ConsentGate(players).check(owner, named, AnalysisSettings(age_band=settings))

    return check


def _put(players, player_id, player, owner=COACH):
    players.put(owner, player_id, name=None, age_band=player.band)
    if not player.allowed:
        return
    now = datetime.now(UTC)
    given = players.allow(
        owner,
        player_id,
        NewConsent(
            player.scope,
            "R.",
            "mother",
            now + player.given * HOUR if player.given else None,
            None if player.expires is None else now + player.expires * HOUR,
        ),
    )
    if player.revoked:
        players.revoke(owner, player_id, given.id)


MAY = [
    # players, the settings' band, the band that is analysed with
    ([], None, None),
    ([], ADULT, ADULT),
    ([Known(ADULT)], None, ADULT),
    ([Known(ADULT)], U16, U16),
    ([Known()], None, None),
    ([None], None, None),
    ([Known()], ADULT, ADULT),
    ([Known(U16, allowed=True)], None, U16),
    ([Known(U16, allowed=True)], U13, U13),
    ([Known(U16, allowed=True, expires=1)], None, U16),
    ([Known(allowed=True)], U18, U18),
    ([Known(ADULT), Known(U13, allowed=True), Known(U18, allowed=True)], None, U13),
]

MAY_NOT = [
    ([], U18),
    ([Known(U13)], None),
    ([Known(U16)], None),
    ([Known(U18)], None),
    ([Known(U16)], ADULT),
    ([Known()], U16),
    ([None], U16),
    ([Known(U16, allowed=True, revoked=True)], None),
    ([Known(U16, allowed=True, given=-2, expires=-1)], None),
    ([Known(U16, allowed=True, given=1)], None),
    ([Known(U16, allowed=True, scope=ConsentScope.SHARING)], None),
    ([Known(U16, allowed=True), Known(U16)], None),
    ([Known(U16, allowed=True), None], U16),
]


def test_adults_and_minors_with_consent_are_analysed(check):
    for row, (standing, settings, analysed) in enumerate(MAY):
        assert check(standing, settings, f"coach-{row}").age_band == analysed, MAY[row]


def test_a_minor_without_consent_is_refused(check):
    for row, (standing, settings) in enumerate(MAY_NOT):
        with pytest.raises(ConsentRequired):
            pytest.fail(f"{MAY_NOT[row]}: {check(standing, settings, f'coach-{row}')}")


def test_a_consent_given_again_after_it_was_revoked_holds(players, check):
    _put(players, "p-0", Known(U16, allowed=True, revoked=True))
    assert check([Known(U16, allowed=True)]).age_band is U16


def test_what_one_coach_was_allowed_is_not_anothers(players):
    _put(players, "p", Known(U16, allowed=True))
    _put(players, "p", Known(U16), owner=STRANGER)
    with pytest.raises(ConsentRequired):
        ConsentGate(players).check(STRANGER, ["p"], AnalysisSettings())


def test_the_other_settings_stay_as_they_are(players):
    _put(players, "p", Known(U16, allowed=True))
    given = AnalysisSettings(athlete_height_cm=150)
    checked = ConsentGate(players).check(COACH, ["p"], given)
    assert checked == AnalysisSettings(athlete_height_cm=150, age_band=U16)
