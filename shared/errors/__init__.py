"""Every way this product can say no.

CoachError
  RequestError                      the caller can mend it
    MissingFilename  InvalidFormat  FileTooLarge
    TooManyFiles  InvalidDimensions  CorruptedFile
    InvalidRequest                  a body or parameter that does not fit the contract
    InvalidConfig                   an analysis setting that makes no sense
    WebhookRefused  IdempotencyKeyReused
    Unauthenticated
    NotFound  SessionNotFound  JobNotFound
      PlayerNotFound  ConsentNotFound  WebhookNotFound  ReceiptNotFound
    MethodNotAllowed  RequestTooLarge
    Conflict                        not in a state that allows it
      UploadMissing  UploadMismatch  UploadUsed  ResultsNotReady  NoResults
      JobNotCancellable  JobNotRetryable  ConsentRequired  RequestInProgress
      TooManyWebhooks
    TooManyRequests                 RateLimitExceeded  TooManyActiveJobs
  DependencyError                   something behind us is down; try again
    StorageError  QueueError  DatabaseError  SignInUnavailable
      ObjectMissing  NotStored      the key does not exist
        NotRendered                 or not yet
  PermanentJobError                 this video can never be analysed
    VideoUnreadable  VideoEmpty  VideoTooLong  NoPersonFound  NotAnalysable  PicturesUnreadable
  PassingJobError                   this attempt failed; another may not
    DownloadFailed  DiskFull  ProcessingFailed  ModelUnavailable  SaveFailed
  FinalJobError                     what a job's row says when nobody will try again
    MaxRetries  QueueTimeout  UploadExpired
  LeaseLost                         another worker owns the job now; drop everything

`code` is what an app switches on; `str(error)` is one sentence for a person, free of internals.
"""

from shared.errors.base import (
    CoachError,
    UserAction,
)
from shared.errors.dependencies import (
    DatabaseError,
    DependencyError,
    NotRendered,
    NotStored,
    ObjectMissing,
    QueueError,
    SignInUnavailable,
    StorageError,
)
from shared.errors.jobs import (
    DiskFull,
    DownloadFailed,
    FinalJobError,
    JobError,
    LeaseLost,
    MaxRetries,
    ModelUnavailable,
    NoPersonFound,
    NotAnalysable,
    PassingJobError,
    PermanentJobError,
    PicturesUnreadable,
    ProcessingFailed,
    QueueTimeout,
    SaveFailed,
    UploadExpired,
    VideoEmpty,
    VideoTooLong,
    VideoUnreadable,
    job_error,
)
from shared.errors.requests import (
    Conflict,
    ConsentNotFound,
    ConsentRequired,
    CorruptedFile,
    FileTooLarge,
    IdempotencyKeyReused,
    InvalidConfig,
    InvalidDimensions,
    InvalidFormat,
    InvalidRequest,
    JobNotCancellable,
    JobNotFound,
    JobNotRetryable,
    MethodNotAllowed,
    MissingFilename,
    NoResults,
    NotFound,
    PlayerNotFound,
    RateLimitExceeded,
    ReceiptNotFound,
    RequestError,
    RequestInProgress,
    RequestTooLarge,
    ResultsNotReady,
    SessionNotFound,
    TooManyActiveJobs,
    TooManyFiles,
    TooManyRequests,
    TooManyWebhooks,
    Unauthenticated,
    UploadMismatch,
    UploadMissing,
    UploadUsed,
    WebhookNotFound,
    WebhookRefused,
)

__all__ = [
    "CoachError",
    "Conflict",
    "ConsentNotFound",
    "ConsentRequired",
    "CorruptedFile",
    "DatabaseError",
    "DependencyError",
    "DiskFull",
    "DownloadFailed",
    "FileTooLarge",
    "FinalJobError",
    "IdempotencyKeyReused",
    "InvalidConfig",
    "InvalidDimensions",
    "InvalidFormat",
    "InvalidRequest",
    "JobError",
    "JobNotCancellable",
    "JobNotFound",
    "JobNotRetryable",
    "LeaseLost",
    "MaxRetries",
    "MethodNotAllowed",
    "MissingFilename",
    "ModelUnavailable",
    "NoPersonFound",
    "NoResults",
    "NotAnalysable",
    "NotFound",
    "NotRendered",
    "NotStored",
    "ObjectMissing",
    "PassingJobError",
    "PermanentJobError",
    "PicturesUnreadable",
    "PlayerNotFound",
    "ProcessingFailed",
    "QueueError",
    "QueueTimeout",
    "RateLimitExceeded",
    "ReceiptNotFound",
    "RequestError",
    "RequestInProgress",
    "RequestTooLarge",
    "ResultsNotReady",
    "SaveFailed",
    "SessionNotFound",
    "SignInUnavailable",
    "StorageError",
    "TooManyActiveJobs",
    "TooManyFiles",
    "TooManyRequests",
    "TooManyWebhooks",
    "Unauthenticated",
    "UploadExpired",
    "UploadMismatch",
    "UploadMissing",
    "UploadUsed",
    "UserAction",
    "VideoEmpty",
    "VideoTooLong",
    "VideoUnreadable",
    "WebhookNotFound",
    "WebhookRefused",
    "job_error",
]
