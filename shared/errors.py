"""Every way this product can say no.

CoachError
  RequestError                      the caller can mend it
    MissingFilename  InvalidFormat  FileTooLarge
    InvalidRequest                  a body or parameter that does not fit the contract
    InvalidConfig                   an analysis setting that makes no sense
    Unauthenticated
    NotFound  SessionNotFound  JobNotFound
    MethodNotAllowed  RequestTooLarge
    UploadMissing  UploadMismatch  ResultsNotReady  NoResults
    JobNotCancellable  JobNotRetryable
  DependencyError                   something behind us is down; try again
    StorageError  QueueError  DatabaseError  SignInUnavailable
      ObjectMissing                 the key does not exist
  PermanentJobError                 this video can never be analysed
    VideoUnreadable  VideoEmpty  VideoTooLong  NoPersonFound  NotAnalysable
  PassingJobError                   this attempt failed; another may not
    DownloadFailed  DiskFull  ProcessingFailed  ModelUnavailable  SaveFailed
  FinalJobError                     what a job's row says when nobody will try again
    MaxRetries  QueueTimeout  UploadExpired
  LeaseLost                         another worker owns the job now; drop everything

`code` is what an app switches on; `str(error)` is one sentence for a person, free of internals.
"""

from enum import StrEnum
from typing import ClassVar


class UserAction(StrEnum):
    """What the person in front of the app should do about an error."""

    RETAKE = "retake"
    FIX_REQUEST = "fix_request"
    WAIT = "wait"
    CONTACT_SUPPORT = "contact_support"
    NONE = "none"


class CoachError(Exception):
    """The root: an error with a code, an HTTP status and advice.

    Attributes:
        workers_fault: the worker itself is to blame, so it would break the next job as well.
    """

    code: ClassVar[str] = "INTERNAL_ERROR"
    http_status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False
    user_action: ClassVar[UserAction] = UserAction.CONTACT_SUPPORT
    sentence: ClassVar[str] = "Something went wrong on our side."
    workers_fault: bool = False

    def __init__(self, sentence: str | None = None) -> None:
        super().__init__(sentence or self.sentence)


class RequestError(CoachError):
    """The request cannot be served as it stands; nothing was changed."""

    http_status = 400
    user_action = UserAction.FIX_REQUEST


class MissingFilename(RequestError):
    """A file came without a name."""

    code = "MISSING_FILENAME"
    sentence = "The file needs a name."


class InvalidFormat(RequestError):
    """The declared type is not a video."""

    code = "INVALID_FORMAT"
    sentence = "File must be a video."

    @classmethod
    def detected(cls, mime_type: str) -> "InvalidFormat":
        """Name the type that was seen."""
        return cls(f"File must be a video. Detected MIME type: {mime_type}")


class FileTooLarge(RequestError):
    """The declared size is above the limit."""

    code = "FILE_TOO_LARGE"
    sentence = "The file is too large."


class InvalidRequest(RequestError):
    """The body, path or query does not fit the contract."""

    code = "INVALID_REQUEST"
    http_status = 422
    sentence = "The request does not fit the contract; see errors."


class InvalidConfig(RequestError):
    """An analysis setting is out of range or does not exist."""

    code = "INVALID_CONFIG"
    http_status = 422
    sentence = "An analysis setting is not valid; see errors."


class Unauthenticated(RequestError):
    """No bearer token, or one that does not hold."""

    code = "UNAUTHENTICATED"
    http_status = 401
    sentence = "Sign in: a valid bearer token is needed."


class NotFound(RequestError):
    """There is no such route."""

    code = "NOT_FOUND"
    http_status = 404
    sentence = "There is nothing at this address."


class SessionNotFound(NotFound):
    """No such session among the caller's."""

    code = "SESSION_NOT_FOUND"
    sentence = "There is no such session."


class JobNotFound(NotFound):
    """No such job among the caller's."""

    code = "JOB_NOT_FOUND"
    sentence = "There is no such analysis job."


class MethodNotAllowed(RequestError):
    """The route exists, but not for this method."""

    code = "METHOD_NOT_ALLOWED"
    http_status = 405
    sentence = "This address does not take that method."


class RequestTooLarge(RequestError):
    """The body of the request itself is too large; videos go to the presigned URL."""

    code = "REQUEST_TOO_LARGE"
    http_status = 413
    sentence = "The request is too large. Videos are uploaded to the presigned URL."


class Conflict(RequestError):
    """The thing is not in a state that allows this."""

    http_status = 409


class UploadMissing(Conflict):
    """Complete was called before the video arrived."""

    code = "UPLOAD_MISSING"
    sentence = "The video has not arrived yet. Upload it to the presigned URL, then complete."


class UploadMismatch(Conflict):
    """The stored object is not what initiate declared."""

    code = "UPLOAD_MISMATCH"
    sentence = "The uploaded file is not the one that was announced. Start a new upload."


class ResultsNotReady(Conflict):
    """The job has no results yet, or never will."""

    code = "RESULTS_NOT_READY"
    user_action = UserAction.WAIT
    retryable = True
    sentence = "The results are not ready yet."


class NoResults(ResultsNotReady):
    """The job ended without results; waiting does not help."""

    user_action = UserAction.NONE
    retryable = False
    sentence = "This analysis ended without results."


class JobNotCancellable(Conflict):
    """The job is over already."""

    code = "JOB_NOT_CANCELLABLE"
    user_action = UserAction.NONE
    sentence = "This analysis is over already."


class JobNotRetryable(Conflict):
    """The job has not failed, or would only fail again."""

    code = "JOB_NOT_RETRYABLE"
    user_action = UserAction.NONE
    sentence = "Only an analysis that failed can be tried again."


class DependencyError(CoachError):
    """A service behind us did not answer as it should."""

    http_status = 502
    retryable = True
    user_action = UserAction.WAIT


class StorageError(DependencyError):
    """S3 refused or could not be reached."""

    code = "STORAGE_ERROR"
    sentence = "Storage access error"


class ObjectMissing(StorageError):
    """The key does not exist, or is gone by retention."""

    code = "VIDEO_NOT_FOUND"
    http_status = 404
    retryable = False
    user_action = UserAction.NONE
    sentence = "The stored file is not there any more."


class QueueError(DependencyError):
    """SQS refused or could not be reached."""

    code = "QUEUE_ERROR"
    sentence = "Queue access error"


class DatabaseError(DependencyError):
    """PostgreSQL refused or could not be reached."""

    code = "DATABASE_ERROR"
    http_status = 503
    sentence = "The database is not available"


class SignInUnavailable(DependencyError):
    """The keys that tokens are checked with could not be fetched."""

    code = "SIGN_IN_UNAVAILABLE"
    http_status = 503
    sentence = "Sign-in cannot be checked right now"


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


class LeaseLost(CoachError):
    """Another worker owns the job, or it is final: drop the result and leave the message."""

    code = "LEASE_LOST"
    sentence = "The lease on the job was lost."


def job_error(code: str, sentence: str) -> JobError:
    """Build the job error with this code anew, as it arrives from another process.

    A code that no job error has becomes `ProcessingFailed`.
    """
    kinds = {kind.code: kind for kind in _leaves(JobError)}
    return kinds.get(code, ProcessingFailed)(sentence)


def _leaves(kind: type[JobError]) -> list[type[JobError]]:
    below = kind.__subclasses__()
    return [leaf for child in below for leaf in _leaves(child)] if below else [kind]
