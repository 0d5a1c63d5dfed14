"""The files of an adoption: written as a whole, all or none, and never over what a person wrote.

The first line of each file has a digest of the others. A file whose digest is right is as it was
written, and may be written again; any other one belongs to somebody.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

_FIRST_LINE = re.compile(r"# Written by (.+), which overwrites no changed file; sha256 (\w{64})\n")


class FilesError(Exception):
    """Nothing was written; the message says why and what to do."""


class WrittenFiles:
    """The files that one command writes into a directory.

    :param directory: where they are; it need not exist
    :param command: the command, which stands in their first lines
    """

    def __init__(self, directory: Path, command: str) -> None:
        self.directory = directory
        self._command = command

    def exists(self, name: str) -> bool:
        """Return whether there is a file of this name, whoever wrote it."""
        return os.path.lexists(self.directory / name)

    def text(self, name: str) -> str:
        """Return what is in a file, whoever wrote it; the empty text if it is not there.

        :raises FilesError: if it cannot be read
        """
        try:
            return (self.directory / name).read_bytes().decode("utf-8", "replace")
        except (FileNotFoundError, NotADirectoryError):
            return ""
        except OSError as error:
            raise self._error(name, error, "read") from None

    def content(self, name: str) -> str | None:
        """Return a file below its first line; None if it is not there as this command wrote it.

        :raises FilesError: if it cannot be read
        """
        text = self.text(name)
        first = _FIRST_LINE.match(text)
        if first is None or first[1] != self._command:
            return None
        content = text[first.end() :]
        return content if first[2] == _digest(content) else None

    def require_own(self, names: Collection[str]) -> None:
        """Require that those of these files that exist are as this command wrote them.

        :raises FilesError: if another one is among them, or their directory is a file
        """
        self._require_directory()
        others = [name for name in names if self.exists(name) and self.content(name) is None]
        if others:
            shown = ", ".join(str(self.directory / name) for name in others)
            raise FilesError(
                f"{shown}: not written by {self._command}, or changed since then. Choose another "
                "directory with --out; or print everything with --dry-run, and paste what you "
                "need"
            )

    def write(
        self,
        contents: Mapping[str, str],
        *,
        plain: Collection[str] = (),
        gone: Collection[str] = (),
    ) -> None:
        """Write files, and delete others; all of it, or nothing.

        :param contents: what is to be in each file, by its name
        :param plain: those of them without a first line: from now on they belong to the user
        :param gone: the names of files of this command that are deleted, if they exist
        :raises FilesError: if that cannot be done
        """
        texts = {
            name: content if name in plain else self._first_line(content) + content
            for name, content in contents.items()
        }
        self._require_directory()
        is_new = not self.directory.exists()
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            self._replace(texts, [name for name in gone if self.exists(name)])
        except OSError as error:
            raise self._error(Path(error.filename or "").name, error, "written") from None
        finally:
            if is_new:
                # What was written keeps it.
                with suppress(OSError):
                    self.directory.rmdir()

    def _require_directory(self) -> None:
        for path in (self.directory, *self.directory.parents):
            if os.path.lexists(path) and not path.is_dir():
                raise FilesError(f"{path} is not a directory. Choose another one with --out")

    def _first_line(self, content: str) -> str:
        about = f"{self._command}, which overwrites no changed file"
        return f"# Written by {about}; sha256 {_digest(content)}\n"

    def _replace(self, texts: Mapping[str, str], gone: Collection[str]) -> None:
        new = {name: self.directory / f".{name}.{os.getpid()}.new" for name in texts}
        before = {name: self._bytes(name) for name in (*texts, *gone)}
        try:
            for name, text in texts.items():
                with new[name].open("xb") as file:
                    file.write(text.encode("utf-8"))
                    file.flush()
                    os.fsync(file.fileno())
            try:
                for name in texts:
                    new[name].replace(self.directory / name)
                for name in gone:
                    (self.directory / name).unlink()
            except BaseException:
                self._restore(before)
                raise
        finally:
            for path in new.values():
                path.unlink(missing_ok=True)

    def _bytes(self, name: str) -> bytes | None:
        path = self.directory / name
        return path.read_bytes() if path.is_file() else None

    def _restore(self, before: Mapping[str, bytes | None]) -> None:
        for name, content in before.items():
            with suppress(OSError):
                if content is None:
                    (self.directory / name).unlink(missing_ok=True)
                else:
                    (self.directory / name).write_bytes(content)

    def _error(self, name: str, error: OSError, verb: str) -> FilesError:
        reason = error.strerror or type(error).__name__
        return FilesError(f"{self.directory / name} cannot be {verb}: {reason}")


def _digest(content: str) -> str:
    return hashlib.sha256(content.encode("utf-8")).hexdigest()


def contents_of_others(directory: Path, is_own: Callable[[str], bool]) -> Iterator[bytes]:
    """Yield what is in the files of Terraform that a command did not write.

    :param is_own: says of the name of a file whether the command writes it
    :raises FilesError: if one cannot be read
    """
    for path in [*directory.glob("*.tf"), *directory.glob("*.tf.json")]:
        if not is_own(path.name) and path.is_file():
            try:
                yield path.read_bytes()
            except OSError as error:
                raise FilesError(f"{path} cannot be read: {error.strerror}") from None
