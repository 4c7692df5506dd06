"""Presigned links to stored files: whoever has one needs no token."""

from dataclasses import dataclass

from shared.media.store import MediaStore


@dataclass(frozen=True, slots=True)
class Links:
    """Makes links that all hold equally long."""

    media: MediaStore
    expire_in_s: int

    def to(
        self, key: str, *, content_type: str | None = None, download_as: str | None = None
    ) -> str:
        """Sign a download. The words are those of `MediaStore.presign_get`."""
        return self.media.presign_get(
            key,
            expires_in_s=self.expire_in_s,
            content_type=content_type,
            download_as=download_as,
        )
