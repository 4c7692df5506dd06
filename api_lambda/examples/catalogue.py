"""What the catalogue answers."""

from typing import Any

MOVEMENT: dict[str, Any] = {
    "movement": "cricket_bowling",
    "title": "Cricket: bowling",
    "description": "One delivery, from the last steps of the run-up to the follow-through.",
    "exercises": [],
    "metrics": [{"key": "front_knee_at_release", "name": "front knee at release"}],
    "events": [
        {
            "type": "release",
            "title": "release",
            "definition": "The bowling hand is highest and fastest.",
        }
    ],
}

MOVEMENTS: dict[str, Any] = {"items": [MOVEMENT]}

CAPTURE_GUIDE: dict[str, Any] = {
    "movement": "running",
    "title": "Running",
    "view": "side",
    "least_fps": 60,
    "best_fps": 120,
    "distance": "6 to 8 metres from the runner's line.",
    "height": "Hip height, level, on a stand or a bag.",
    "framing": "Square to the running direction; head and feet in the picture at every step.",
    "tips": ["Keep the camera still: a picture that follows the runner moves the ground."],
}

DRILL: dict[str, Any] = {
    "id": "drop_landing_stick",
    "title": "Drop and stick on one leg",
    "purpose": "Front-leg strength for landing, without bowling load.",
    "setup": "A step as high as a hand is long, flat ground in front.",
    "steps": [
        "Step off and land on the front leg.",
        "Hold for two seconds with the knee over the foot.",
        "Walk back; change legs every set.",
    ],
    "dose": {"sets": 3, "repetitions": "6 a leg"},
    "progression": "A higher step, then a turn by a quarter in the air.",
    "equipment": ["low step"],
    "age_note": "From 12 years; lower the step before adding repetitions.",
    "codes": ["KNEE_COLLAPSE", "STIFF_LANDING"],
    "movements": ["cricket_bowling", "general", "running", "workout"],
    "exercises": [],
}

DRILLS: dict[str, Any] = {"items": [DRILL]}
