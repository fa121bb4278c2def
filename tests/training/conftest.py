"""The tiny model, records and pairs that training tests share."""

from pair_fixtures import other, pairs, referenced  # noqa: F401
from training_fixtures import records, tiny  # noqa: F401
