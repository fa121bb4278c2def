"""Kedro hooks: tracking, one run per place at a time, whole results, and stopping cleanly."""

from r1vl_kedro.hooks.entries import EntriesHooks
from r1vl_kedro.hooks.lock import LockHooks
from r1vl_kedro.hooks.saving import SavingHooks
from r1vl_kedro.hooks.signals import SignalHooks
from r1vl_kedro.hooks.tracking import TrackingHooks

__all__ = ["EntriesHooks", "LockHooks", "SavingHooks", "SignalHooks", "TrackingHooks"]
