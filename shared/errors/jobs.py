"""What a job's row says: why an attempt ended, or why nobody will try again."""

from shared.errors.base import CoachError, UserAction


class LeaseLost(CoachError):
    """Another worker owns the job, or it is final: drop the result and leave the message."""

    code = "LEASE_LOST"
    sentence = "The lease on the job was lost."


class JobError(CoachError):
    """Something that ends an attempt at a job."""


class PermanentJobError(JobError):
    """No further attempt can help: the video itself must change."""

    user_action = UserAction.RETAKE


class VideoUnreadable(PermanentJobError):
    """The file is not a video we can decode."""

    code = "VIDEO_UNREADABLE"
    sentence = "The file could not be read as a video. Please film again or choose another file."


class VideoEmpty(PermanentJobError):
    """The file holds no pictures."""

    code = "VIDEO_EMPTY"
    sentence = "Input video contains no frames"


class VideoTooLong(PermanentJobError):
    """The clip is beyond the limits of one analysis."""

    code = "VIDEO_TOO_LONG"
    sentence = "The video is too long. Please cut it to the movement itself."


class NoPersonFound(PermanentJobError):
    """Nobody can be seen for long enough to measure."""

    code = "NO_PERSON_FOUND"
    sentence = (
        "No person could be followed in this video. Film the whole athlete, closer and in light."
    )


class NotAnalysable(PermanentJobError):
    """A person is there, but the recording cannot carry any measurement."""

    code = "NOT_ANALYSABLE"
    sentence = "This recording cannot be measured. Please film again."


class PicturesUnreadable(PermanentJobError):
    """Not one of the still pictures can be decoded."""

    code = "PICTURES_UNREADABLE"
    sentence = "None of the pictures could be read. Please choose others."


class PassingJobError(JobError):
    """This attempt failed for a reason that may pass."""

    retryable = True
    user_action = UserAction.WAIT


class DownloadFailed(PassingJobError):
    """The original could not be fetched."""

    code = "DOWNLOAD_FAILED"
    sentence = "Failed to download video from S3"


class DiskFull(PassingJobError):
    """The worker has no room for the video or its results."""

    code = "DISK_FULL"
    workers_fault = True
    sentence = "The worker ran out of disk space"


class ProcessingFailed(PassingJobError):
    """The analysis broke in a way nobody foresaw, crashed, hung or grew without bound."""

    code = "PROCESSING_FAILED"
    sentence = "Processing failed"


class ModelUnavailable(PassingJobError):
    """The pose model file is missing, damaged or cannot be loaded."""

    code = "MODEL_UNAVAILABLE"
    workers_fault = True
    sentence = "The pose model is not available on this worker"


class SaveFailed(PassingJobError):
    """The results could not be stored."""

    code = "SAVE_FAILED"
    sentence = "The results could not be saved"


class FinalJobError(JobError):
    """Written to the row when nobody will try again."""


class MaxRetries(FinalJobError):
    """All attempts were used, the last by a worker that vanished."""

    code = "MAX_RETRIES"
    retryable = True
    sentence = "The analysis was tried several times and did not finish."


class QueueTimeout(FinalJobError):
    """No worker took the job for as long as the queue keeps messages."""

    code = "QUEUE_TIMEOUT"
    retryable = True
    sentence = "No worker was free to analyse this video in time."


class UploadExpired(FinalJobError):
    """The presigned URL ran out before a video arrived."""

    code = "UPLOAD_EXPIRED"
    user_action = UserAction.FIX_REQUEST
    sentence = "The upload link expired before the video arrived. Start a new upload."


def job_error(code: str, sentence: str) -> JobError:
    """Build the job error with this code anew, as it arrives from another process.

    A code that no job error has becomes `ProcessingFailed`.
    """
    kinds = {kind.code: kind for kind in _leaves(JobError)}
    return kinds.get(code, ProcessingFailed)(sentence)


def _leaves(kind: type[JobError]) -> list[type[JobError]]:
    below = kind.__subclasses__()
    return [leaf for child in below for leaf in _leaves(child)] if below else [kind]
