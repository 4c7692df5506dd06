"""How the media bucket is set up, in the stack and in the emulator: who may call, who is told."""

from typing import Final

CORS_METHODS: Final = ("GET", "HEAD", "PUT")
"""Of presigned URLs; nothing else is ever signed."""

CORS_REQUEST_HEADERS: Final = ("*",)
"""A web page's own tools add some; the signature says which ones matter."""

CORS_EXPOSED_HEADERS: Final = ("ETag", "Content-Range", "Accept-Ranges")
"""What a page may read: the tag of a part that it sent, and where in a video it is."""

CORS_MAX_AGE_S: Final = 3600
"""How long a browser need not ask again before it sends the next part."""

UPLOAD_EVENTS: Final = ("s3:ObjectCreated:Put", "s3:ObjectCreated:CompleteMultipartUpload")
"""The two ways in which a video comes. A copy is ours: nobody needs to hear of it."""
