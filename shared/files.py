"""Names of the files that a job stores below its `results_prefix`."""

VIDEO_INPUT = "video"
"""What a worker calls the original in its own folder."""

RESULTS_NAME = "results.json"
"""The results document, of whatever kind. Stored last: where it is, the others are."""

FRAMES_NAME = "frames.json.gz"
"""The landmarks of every picture, for apps."""

POSE_NAME = "pose.npz"
"""What the pose step found, without loss: to measure again, to draw."""

REPORT_PAGE_NAME = "report.html"

REPORT_PDF_NAME = "report.pdf"

ANALYSIS_FILES = frozenset({FRAMES_NAME, POSE_NAME, REPORT_PAGE_NAME, REPORT_PDF_NAME})
"""What lies beside the results of an analysed video."""
