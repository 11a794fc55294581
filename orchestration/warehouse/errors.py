"""What can go wrong on the way from landed files to the published warehouse."""


class WarehouseError(Exception):
    """Nothing was published; the message says what, where, and how to mend it."""


class AlreadyRunning(WarehouseError):
    """Another refresh holds the build files."""


class LoadError(WarehouseError):
    """Landed files cannot be loaded, or what was loaded is not what was landed."""


class PublishError(WarehouseError):
    """The finished warehouse could not be published; the old one stays."""
