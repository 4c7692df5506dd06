"""What the caller can mend. Nothing was changed when one of these is raised."""

from shared.errors.base import CoachError, UserAction


class RequestError(CoachError):
    """The request cannot be served as it stands; nothing was changed."""

    http_status = 400
    user_action = UserAction.FIX_REQUEST


class MissingFilename(RequestError):
    """A file came without a name."""

    code = "MISSING_FILENAME"
    sentence = "The file needs a name."


class InvalidFormat(RequestError):
    """The file, or its declared type, is not a video or picture that we read."""

    code = "INVALID_FORMAT"
    sentence = "File must be a video."

    @classmethod
    def detected(cls, mime_type: str, *, wanted: str = "video") -> "InvalidFormat":
        """Name the type that was seen."""
        return cls(f"File must be a {wanted}. Detected MIME type: {mime_type}")


class FileTooLarge(RequestError):
    """The declared size is above the limit."""

    code = "FILE_TOO_LARGE"
    sentence = "The file is too large."


class TooManyFiles(RequestError):
    """More pictures than one upload may hold."""

    code = "TOO_MANY_FILES"
    sentence = "There are too many files in one upload."


class InvalidDimensions(RequestError):
    """A picture is too small or too large in pixels."""

    code = "INVALID_DIMENSIONS"
    sentence = "The picture is too small or too large."


class CorruptedFile(RequestError):
    """A file has the right type and cannot be read all the same."""

    code = "CORRUPTED_FILE"
    sentence = "The file is damaged."


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


class PlayerNotFound(NotFound):
    """No such player among the caller's."""

    code = "PLAYER_NOT_FOUND"
    sentence = "There is no such player."


class ConsentNotFound(NotFound):
    """The player has no such consent."""

    code = "CONSENT_NOT_FOUND"
    sentence = "There is no such consent."


class WebhookNotFound(NotFound):
    """No such webhook among the caller's."""

    code = "WEBHOOK_NOT_FOUND"
    sentence = "There is no such webhook."


class ReceiptNotFound(NotFound):
    """No such deletion receipt among the caller's."""

    code = "RECEIPT_NOT_FOUND"
    sentence = "There is no such receipt."


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


class ConsentRequired(Conflict):
    """A minor is filmed, and nobody who may has allowed the analysis."""

    code = "CONSENT_REQUIRED"
    sentence = "A player under 18 is filmed. Record a guardian's consent before the analysis."


class WebhookRefused(Conflict):
    """A webhook's address does not lead where we call."""

    code = "WEBHOOK_REFUSED"
    sentence = "This address cannot be called. Give a public https address."


class IdempotencyKeyReused(RequestError):
    """An idempotency key came again with another request."""

    code = "IDEMPOTENCY_KEY_REUSED"
    http_status = 422
    sentence = "This Idempotency-Key belongs to another request. Use a new one."


class TooManyWebhooks(Conflict):
    """As many webhooks are registered as an owner may have."""

    code = "TOO_MANY_WEBHOOKS"
    sentence = "There are five webhooks already. Delete one first."


class UploadUsed(Conflict):
    """The pictures are being analysed already, with other settings."""

    code = "UPLOAD_USED"
    sentence = "These pictures are analysed already, with other settings. Start a new upload."


class RequestInProgress(Conflict):
    """Another request with the same idempotency key is still at work."""

    code = "REQUEST_IN_PROGRESS"
    retryable = True
    user_action = UserAction.WAIT
    sentence = "The same request is still being worked on. Ask again in a moment."


class TooManyRequests(RequestError):
    """The owner is over a limit."""

    http_status = 429
    retryable = True
    user_action = UserAction.WAIT


class RateLimitExceeded(TooManyRequests):
    """More requests a minute, or uploads a day, than the account may send."""

    code = "RATE_LIMIT_EXCEEDED"
    sentence = "Too many requests. Wait, then try again."


class TooManyActiveJobs(TooManyRequests):
    """As many analyses are open as the account may have."""

    code = "TOO_MANY_ACTIVE_JOBS"
    sentence = "Too many analyses are under way. Wait until one of them is over."
