"""Kedro hooks: tracking, one run a place at a time, whole and current results, clean stops."""

from r1vl_kedro.hooks.batches import BatchHooks
from r1vl_kedro.hooks.checkpoints import CheckpointHooks
from r1vl_kedro.hooks.columns import ColumnHooks
from r1vl_kedro.hooks.costs import CostHooks
from r1vl_kedro.hooks.directory import DirectoryHooks
from r1vl_kedro.hooks.endpoints import EndpointHooks
from r1vl_kedro.hooks.entries import EntriesHooks
from r1vl_kedro.hooks.inputs import InputsHooks
from r1vl_kedro.hooks.libraries import LibraryHooks
from r1vl_kedro.hooks.lock import LockHooks
from r1vl_kedro.hooks.made_from import MadeFromHooks
from r1vl_kedro.hooks.runners import RunnerHooks
from r1vl_kedro.hooks.saving import SavingHooks
from r1vl_kedro.hooks.signals import SignalHooks
from r1vl_kedro.hooks.summary import SummaryHooks
from r1vl_kedro.hooks.tracking import TrackingHooks
from r1vl_kedro.hooks.undo import UndoHooks

__all__ = [
    "BatchHooks",
    "CheckpointHooks",
    "ColumnHooks",
    "CostHooks",
    "DirectoryHooks",
    "EndpointHooks",
    "EntriesHooks",
    "InputsHooks",
    "LibraryHooks",
    "LockHooks",
    "MadeFromHooks",
    "RunnerHooks",
    "SavingHooks",
    "SignalHooks",
    "SummaryHooks",
    "TrackingHooks",
    "UndoHooks",
]
