"""The tiny model and records that training tests share."""

from training_fixtures import records, tiny  # noqa: F401
