"""What can go wrong on the way from landed files to the published warehouse."""


class WarehouseError(Exception):
    """Nothing was published; the message says what, where, and how to mend it."""


class AlreadyRunning(WarehouseError):
    """Another refresh holds the build files."""


class FileInUse(WarehouseError):
    """A process that is no refresh holds a build file."""


class LoadError(WarehouseError):
    """Landed files cannot be loaded, or what was loaded is not what was landed."""


class PublishError(WarehouseError):
    """The finished warehouse could not be published; the old one stays."""


class BadVersion(LoadError):
    """One version of one invoice cannot be loaded; the others can."""

    def __init__(self, invoice_id: str, version: str, reason: str) -> None:
        self.invoice_id = invoice_id
        self.version = version
        self.reason = reason.rstrip(".")
        super().__init__(f"Invoice {invoice_id} cannot be loaded: {self.reason}.")
