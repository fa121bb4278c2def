"""Where a dataset of the catalog lies."""

from kedro.io import AbstractDataset


def place_of(dataset: AbstractDataset) -> str:
    """Return the path of a dataset, or how it describes itself where it has none.

    Kedro has no public way to ask; every dataset has a ``_describe``.
    """
    about = dataset._describe()
    return str(about.get("path") or about.get("filepath") or dataset)
