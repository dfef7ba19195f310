"""The error that the tools of this folder report as one line, and files that are never left half-written."""

import contextlib
import os
import tempfile


class InputError(Exception):
    """Something is wrong with what the tool was given; the message says what and where."""


@contextlib.contextmanager
def whole_file(path, mode="w"):
    """A file that appears under its name only once all of it is written; after an error nothing is there."""
    folder, name = os.path.split(os.path.abspath(path))
    try:
        handle, partial = tempfile.mkstemp(prefix=f".{name}.", suffix=".partial", dir=folder)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from None
    try:
        text = {} if "b" in mode else {"encoding": "utf-8", "newline": "\n"}
        with os.fdopen(handle, mode, **text) as stream:
            yield stream
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(partial, 0o666 & ~umask)
        os.replace(partial, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(partial)
        raise
