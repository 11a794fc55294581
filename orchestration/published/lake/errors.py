"""What stops an export to a lake."""


class LakeError(Exception):
    """The lake cannot be written or read; the message says why and what to do."""
