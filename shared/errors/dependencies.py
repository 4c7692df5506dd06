"""Something behind us is away; the same request may work in a moment."""

from shared.errors.base import CoachError, UserAction


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


class NotStored(ObjectMissing):
    """What an analysis saw is not stored: it is from before that was kept, or gone by retention."""

    user_action = UserAction.FIX_REQUEST
    sentence = "What this analysis saw is not stored any more. Upload the video again."


class NotRendered(ObjectMissing):
    """The analysis has no rendering yet."""

    user_action = UserAction.FIX_REQUEST
    sentence = "There is no rendered video of this analysis yet. Render it first."


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
