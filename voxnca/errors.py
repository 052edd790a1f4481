"""The errors a user can cause or meet, each one line that ends in a remedy."""


class VoxncaError(Exception):
    """Base of every error that voxnca raises on purpose."""


class ArgumentError(VoxncaError, ValueError):
    """A value that the caller passed breaks a rule."""


class FileError(VoxncaError):
    """A file cannot be read, written or understood."""


class TrainingError(VoxncaError, RuntimeError):
    """Training cannot go on."""
