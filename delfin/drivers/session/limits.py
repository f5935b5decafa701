"""How long, how many, how often: what the configuration says of sessions with arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from oslo_config import cfg


class Call(StrEnum):
    """Kinds of calls; each has its own deadline."""

    LOGIN = "login"
    LOGOUT = "logout"
    LIST = "list"
    REPORT = "report"
    COLLECT = "collect"
    ALERTS = "alerts"
    CLEAR = "clear"
    TRAP_CONFIG = "trap_config"


class Tier(StrEnum):
    """Services that share the sessions of an array."""

    TASK = "task"
    API = "api"


_USUAL = MappingProxyType(dict.fromkeys(Call, 120.0) | {Call.LOGIN: 60.0, Call.LOGOUT: 10.0})


@dataclass(frozen=True)
class Limits:
    """Times in seconds; the options of [storage_driver] tell what each is for."""

    timeouts: Mapping[Call, float] = field(default_factory=lambda: _USUAL)
    tier: Tier = Tier.TASK
    requests: int = 2
    sessions: int = 1
    idle_time: float = 900.0
    lease_time: float = 30.0
    handover_time: float = 15.0
    login_window: float = 3600.0
    session_limit_interval: float = 60.0
    unreachable_interval: float = 60.0
    offline_after: int = 3
    probe_interval: float = 1800.0

    @property
    def longest_turn(self) -> float:
        """For how long one caller may keep others waiting: it may have to log in before its call."""
        calls = (seconds for call, seconds in self.timeouts.items() if call is not Call.LOGIN)
        return self.handover_time + self.timeouts[Call.LOGIN] + max(calls)

    @classmethod
    def of(cls, conf: cfg.ConfigOpts, tier: Tier = Tier.TASK) -> Limits:
        options = conf.storage_driver
        is_task = tier is Tier.TASK
        return cls(
            timeouts={
                Call.LOGIN: options.login_timeout,
                Call.LOGOUT: options.logout_timeout,
                Call.LIST: options.list_timeout,
                Call.REPORT: conf.reports.timeout,
                Call.COLLECT: options.collect_timeout,
                Call.ALERTS: options.alerts_timeout,
                Call.CLEAR: options.clear_timeout,
                Call.TRAP_CONFIG: options.trap_config_timeout,
            },
            tier=tier,
            requests=options.request_limit,
            sessions=options.session_limit if is_task else 1,
            idle_time=options.session_idle_time if is_task else 0.0,
            lease_time=options.session_lease_time,
            handover_time=options.session_handover_time,
            login_window=options.login_window,
            session_limit_interval=options.session_limit_interval,
            unreachable_interval=options.unreachable_interval,
            offline_after=options.offline_after,
            probe_interval=options.probe_interval,
        )
