"""Settings that Kedro reads at start; https://docs.kedro.org/en/stable/configure/."""

import warnings

from r1vl_kedro.configuration import ProfileConfigLoader
from r1vl_kedro.context import ProjectContext
from r1vl_kedro.hooks.checks import CheckHooks
from r1vl_kedro.hooks.entries import EntriesHooks
from r1vl_kedro.hooks.lock import LockHooks
from r1vl_kedro.hooks.made_from import MadeFromHooks
from r1vl_kedro.hooks.session import SessionHooks
from r1vl_kedro.hooks.summary import SummaryHooks
from r1vl_kedro.hooks.tracking import TrackingHooks
from r1vl_kedro.logs import console_logs
from r1vl_kedro.scrubbing import scrub_output

# Of Kedro's own making, at every command: its resolvers, and its reading of Pydantic models.
warnings.filterwarnings("ignore", message=".*register_new_resolver.*")
warnings.filterwarnings("ignore", message=".*'model_fields' attribute on the instance.*")
# Nodes that gather all variants read `<variant>.scores`; that is what the dots are for.
warnings.filterwarnings("ignore", message="One or more dataset names contain '.'")

console_logs()
scrub_output()

CONTEXT_CLASS = ProjectContext


CONFIG_LOADER_CLASS = ProfileConfigLoader
CONFIG_LOADER_ARGS = {
    "base_env": "base",
    "default_run_env": "local",
    # An environment states only what differs.
    "merge_strategy": {"parameters": "soft", "globals": "soft"},
}

# The last registered is called first: the session's, the lock, what comes after it.
tracking, lock = TrackingHooks(), LockHooks()
HOOKS = (
    EntriesHooks(),
    SummaryHooks(tracking),
    tracking,
    CheckHooks(),
    MadeFromHooks(),
    lock,
    SessionHooks(lock.release),
)
