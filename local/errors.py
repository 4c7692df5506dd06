"""What can go wrong on one machine; each message says what to do.

LocalError
  DidNotStart      a part of the local system did not come up
  PartEnded        a part of the local system ended while it was needed
  CannotFetch      the pose model or the sample video could not be had
  NotLocal         development tokens were asked for where real ones are used
"""


class LocalError(Exception):
    """The root."""


class DidNotStart(LocalError):
    """A part of the local system did not come up; the message repeats its last words."""


class PartEnded(LocalError):
    """A part of the local system ended while it was needed."""


class CannotFetch(LocalError):
    """A file could not be had."""


class NotLocal(LocalError):
    """Somebody asked for development tokens where real ones are used."""
