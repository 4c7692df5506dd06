"""Keeps the pose engine's native chatter off the terminal."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from shared.errors import CoachError


@contextmanager
def native_stderr_held_back() -> Iterator[None]:
    """Hold back what is written to stderr, and show it only after an unexpected error.

    MediaPipe's C++ parts log to file descriptor 2 whatever happens, and no setting of theirs
    silences all of it.
    """
    sys.stderr.flush()
    real = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except CoachError:
            raise
        except Exception:
            held.seek(0)
            with os.fdopen(os.dup(real), "wb") as stderr:
                shutil.copyfileobj(held, stderr)
            raise
        finally:
            sys.stderr.flush()
            os.dup2(real, 2)
            os.close(real)
