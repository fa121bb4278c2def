"""Readers of source files by name.

Each module of this package adds its reader to `READERS`; a reader that lives elsewhere is named by
its dotted path. A reader is a `RecordFile`: a dataclass whose ``read`` turns one JSON object into
a `RawRecord`.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from r1vl_kedro.errors import did_you_mean
from r1vl_kedro.records.rows import RecordFile
from r1vl_kedro.records.schema import RecordsError

READERS: dict[str, type[RecordFile]] = {}


def get_reader(name: str) -> type[RecordFile]:
    """Return the reader of a name in `READERS`, or the class at a dotted path.

    Raises:
        RecordsError: there is none; names those there are.
    """
    if name in READERS:
        return READERS[name]
    module, _, attribute = str(name).rpartition(".")
    why = ""
    if module.strip("."):
        try:
            reader = getattr(import_module(module), attribute)
        except (ImportError, AttributeError) as error:
            why = f" ({error})"
        else:
            if isinstance(reader, type) and issubclass(reader, RecordFile):
                return reader
            why = " (it is no RecordFile)"
    raise RecordsError(
        f"reader {name!r:.200} is unknown{why}: {did_you_mean(str(name), READERS)}known are "
        f"{', '.join(READERS)}, or the dotted path of a RecordFile such as my_package.MyFile"
    )


for _module in iter_modules(__path__, f"{__name__}."):
    import_module(_module.name)
