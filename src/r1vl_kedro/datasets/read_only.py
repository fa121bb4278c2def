"""What datasets have in common that are read, asked or made, and never saved."""

from typing import Any, NoReturn

from kedro.io import AbstractDataset, DatasetError

from r1vl_kedro.datasets.places import place_of


class ReadOnlyDataset(AbstractDataset):
    """A dataset that no node may save to."""

    def save(self, data: Any) -> NoReturn:
        """Raise DatasetError; names the place."""
        raise DatasetError(f"{place_of(self)} is only read; {type(self).__name__} saves nothing")
