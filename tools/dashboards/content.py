"""What the dashboards show. Performance metrics are named as `[prometheus_exporter] naming = soda`."""

from __future__ import annotations

from collections.abc import Iterator

from tools.dashboards.grafana import ANY_IS_BAD, Dashboard, Panel, Variable
from tools.dashboards.itself import ITSELF

_FULL = (("orange", 0.8), ("red", 0.9))
_STORAGE = Variable("storage", "Array", "label_values(delfin_storage_info, storage_name)")


def _share(stem: str, labels: str) -> str:
    return f"{stem}_used_capacity_bytes{labels} / ({stem}_total_capacity_bytes{labels} > 0)"


def _capacity(stem: str, labels: str) -> Panel:
    return Panel(
        "Capacity",
        [
            (f"sum({stem}_{name}_capacity_bytes{labels})", name)
            for name in ("total", "used", "subscribed")
        ],
        unit="bytes",
    )


def _performance(kind: str, labels: str, legend: str) -> Iterator[Panel]:
    """Rates and response times; each line is a resource."""
    yield Panel(
        "Reads and writes",
        [
            (f"{kind}_read_iops{labels}", f"{legend} read"),
            (f"{kind}_write_iops{labels}", f"{legend} write"),
        ],
        unit="iops",
    )
    yield Panel(
        "Throughput",
        [
            (f"{kind}_read_throughput{labels}", f"{legend} read"),
            (f"{kind}_write_throughput{labels}", f"{legend} write"),
        ],
        unit="MBs",
    )
    yield Panel("Response time", [(f"{kind}_response_time{labels}", legend)], unit="ms")
    yield Panel("Cache hits", [(f"{kind}_cache_hit_ratio{labels}", legend)], unit="percent")


def _top(kind: str, labels: str) -> Iterator[Panel]:
    for title, metric, unit in (
        ("Busiest", "iops", "iops"),
        ("Slowest", "response_time", "ms"),
    ):
        yield Panel(
            f"{title} {kind}s",
            [(f"topk(10, {kind}_{metric}{labels})", "{{name}} {{resource_name}}")],
            "bargauge",
            unit,
        )


_ESTATE = Dashboard(
    "estate",
    "delfin: estate",
    "All arrays: what there is, how full it is, and what is wrong.",
    [
        Panel("Arrays", [("count(delfin_storage_info)", "")], "stat", width=4, height=4),
        Panel(
            "Arrays that are not well",
            [('count(delfin_storage_status{status!="normal"}) or vector(0)', "")],
            *("stat", "short", 5, 4, ANY_IS_BAD),
        ),
        Panel(
            "Arrays out of reach",
            [('count(delfin_storage_access{state!="ok"}) or vector(0)', "")],
            *("stat", "short", 5, 4, ANY_IS_BAD),
        ),
        Panel(
            "Critical and fatal alerts",
            [('sum(delfin_alerts{severity=~"Fatal|Critical"}) or vector(0)', "")],
            *("stat", "short", 5, 4, ANY_IS_BAD),
        ),
        Panel(
            "Capacity in use",
            [
                (
                    "sum(delfin_storage_used_capacity_bytes) / sum(delfin_storage_total_capacity_bytes)",
                    "",
                )
            ],
            *("stat", "percentunit", 5, 4, _FULL),
        ),
        _capacity("delfin_storage", ""),
        Panel(
            "Fullest arrays",
            [(f"topk(10, {_share('delfin_storage', '')})", "{{storage_name}}")],
            *("bargauge", "percentunit", 12, 8, _FULL),
        ),
        Panel(
            "Fullest pools",
            [
                (
                    f"topk(10, {_share('delfin_storage_pool', '')})",
                    "{{storage_name}} {{resource_name}}",
                )
            ],
            *("bargauge", "percentunit", 12, 8, _FULL),
        ),
        Panel(
            "Pools that are full in 30 days, if it goes on as in the last 14",
            [
                (
                    (
                        "predict_linear(delfin_storage_pool_used_capacity_bytes[14d], 30 * 86400)"
                        " > delfin_storage_pool_total_capacity_bytes"
                    ),
                    "{{storage_name}} {{resource_name}}",
                )
            ],
            *("table", "bytes"),
            doc="GET /v1/storages/{id}/forecast says when, and how sure that is.",
        ),
        *_top("storage", ""),
        *_top("volume", ""),
        Panel("Arrays", [("delfin_storage_info", "")], "table", width=24),
    ],
)
_ARRAY = Dashboard(
    "array",
    "delfin: array",
    "One array: its health, capacity, performance and parts.",
    [
        Panel(
            "Health",
            [('delfin_storage_status{storage_name="$storage"}', "{{status}}")],
            *("stat", "short", 6, 4),
        ),
        Panel(
            "Access",
            [('delfin_storage_access{storage_name="$storage"}', "{{state}}")],
            *("stat", "short", 6, 4),
        ),
        Panel(
            "Last read",
            [('delfin_storage_last_sync_timestamp_seconds{storage_name="$storage"} * 1000', "")],
            *("stat", "dateTimeFromNow", 6, 4),
        ),
        Panel(
            "Alerts",
            [('sum(delfin_alerts{storage_name="$storage"}) or vector(0)', "")],
            *("stat", "short", 6, 4, ANY_IS_BAD),
        ),
        _capacity("delfin_storage", '{storage_name="$storage"}'),
        Panel(
            "Pools",
            [(_share("delfin_storage_pool", '{storage_name="$storage"}'), "{{resource_name}}")],
            *("bargauge", "percentunit", 12, 8, _FULL),
        ),
        *_performance("storage", '{name="$storage"}', "{{name}}"),
        Panel(
            "Processors of the controllers",
            [('controller_cpu_usage{name="$storage"}', "{{resource_name}}")],
            unit="percent",
        ),
        Panel(
            "Throughput of the ports",
            [('port_throughput{name="$storage"}', "{{resource_name}}")],
            unit="MBs",
        ),
        *_top("volume", '{name="$storage"}'),
        *(
            Panel(
                f"{title} that are not well",
                [
                    (
                        f'delfin_{kind}_status{{storage_name="$storage",status!~"normal|available|online"}}',
                        "",
                    )
                ],
                "table",
            )
            for title, kind in (("Disks", "disk"), ("Controllers", "controller"))
        ),
    ],
    [_STORAGE],
)
_POOL_LABELS = '{storage_name="$storage",resource_name="$pool"}'
_POOL = Dashboard(
    "pool",
    "delfin: pool",
    "One pool: how full it is, how fast it fills, and its volumes.",
    [
        Panel(
            "In use",
            [(_share("delfin_storage_pool", _POOL_LABELS), "")],
            *("stat", "percentunit", 6, 4, _FULL),
        ),
        Panel(
            "Promised, of what there is",
            [
                (
                    (
                        f"delfin_storage_pool_subscribed_capacity_bytes{_POOL_LABELS}"
                        f" / (delfin_storage_pool_total_capacity_bytes{_POOL_LABELS} > 0)"
                    ),
                    "",
                )
            ],
            *("stat", "percentunit", 6, 4),
        ),
        Panel(
            "Growth a day, of the last week",
            [(f"deriv(delfin_storage_pool_used_capacity_bytes{_POOL_LABELS}[7d]) * 86400", "")],
            *("stat", "bytes", 6, 4),
        ),
        Panel(
            "Health",
            [(f"delfin_storage_pool_status{_POOL_LABELS}", "{{status}}")],
            *("stat", "short", 6, 4),
        ),
        _capacity("delfin_storage_pool", _POOL_LABELS),
        Panel(
            "Largest volumes",
            [
                (
                    (
                        "topk(10, delfin_volume_used_capacity_bytes"
                        " * on (storage_id, resource_id) group_left (native_storage_pool_id)"
                        " delfin_volume_info"
                        " * on (storage_id, native_storage_pool_id) group_left ()"
                        " label_replace(delfin_storage_pool_info"
                        f'{_POOL_LABELS}, "native_storage_pool_id", "$1", "resource_id", "(.*)"))'
                    ),
                    "{{resource_name}}",
                )
            ],
            *("bargauge", "bytes"),
        ),
        *_performance(
            "storage_pool", '{name="$storage",resource_name="$pool"}', "{{resource_name}}"
        ),
    ],
    [
        _STORAGE,
        Variable(
            "pool",
            "Pool",
            'label_values(delfin_storage_pool_info{storage_name="$storage"}, resource_name)',
        ),
    ],
)
_VOLUME_LABELS = '{storage_name="$storage",resource_name="$volume"}'
_VOLUME = Dashboard(
    "volume",
    "delfin: volume",
    "One volume: its size and what it does.",
    [
        Panel("Volume", [(f"delfin_volume_info{_VOLUME_LABELS}", "")], "table", width=12, height=4),
        Panel(
            "Health",
            [(f"delfin_volume_status{_VOLUME_LABELS}", "{{status}}")],
            *("stat", "short", 6, 4),
        ),
        Panel(
            "In use",
            [(_share("delfin_volume", _VOLUME_LABELS), "")],
            *("stat", "percentunit", 6, 4),
        ),
        *_performance("volume", '{name="$storage",resource_name="$volume"}', "{{resource_name}}"),
        Panel(
            "Size of reads and writes",
            [
                ('volume_read_io_size{name="$storage",resource_name="$volume"}', "read"),
                ('volume_write_io_size{name="$storage",resource_name="$volume"}', "write"),
            ],
            unit="kbytes",
        ),
        Panel(
            "Size",
            [
                (f"delfin_volume_total_capacity_bytes{_VOLUME_LABELS}", "total"),
                (f"delfin_volume_used_capacity_bytes{_VOLUME_LABELS}", "used"),
            ],
            unit="bytes",
        ),
    ],
    [
        _STORAGE,
        Variable(
            "volume",
            "Volume",
            'label_values(delfin_volume_info{storage_name="$storage"}, resource_name)',
        ),
    ],
)
_ALERTS = Dashboard(
    "alerts",
    "delfin: alerts",
    "What lasts, on which array, and since when there is more of it.",
    [
        *(
            Panel(
                severity,
                [(f'sum(delfin_alerts{{severity="{severity}"}}) or vector(0)', "")],
                *("stat", "short", 6, 4),
                () if severity == "Minor" else ANY_IS_BAD,
            )
            for severity in ("Fatal", "Critical", "Major", "Minor")
        ),
        Panel("By severity", [("sum by (severity) (delfin_alerts)", "{{severity}}")]),
        Panel("By state", [("sum by (state) (delfin_alerts)", "{{state}}")]),
        Panel(
            "Arrays with the most",
            [("topk(10, sum by (storage_name) (delfin_alerts))", "{{storage_name}}")],
            "bargauge",
        ),
        Panel(
            "Exporters that deliver nothing",
            [("delfin_exporter_failing == 1", "{{exporter}}")],
            "table",
        ),
        Panel("All", [("delfin_alerts", "")], "table", width=24),
    ],
)

DASHBOARDS = (_ESTATE, _ARRAY, _POOL, _VOLUME, _ALERTS, ITSELF)
