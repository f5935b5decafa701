"""The dashboard of the processes of delfin themselves."""

from __future__ import annotations

from tools.dashboards.grafana import ANY_IS_BAD, Dashboard, Panel

ITSELF = Dashboard(
    "itself",
    "delfin: itself",
    "The processes of delfin: are they there, do they get on, does what they export get through.",
    [
        Panel(
            "Processes that are up",
            [('sum by (process) (delfin_services{state="up"})', "{{process}}")],
            *("stat", "short", 12, 4),
        ),
        Panel(
            "Processes that are down",
            [('sum(delfin_services{state="down"}) or vector(0)', "")],
            *("stat", "short", 6, 4, ANY_IS_BAD),
        ),
        Panel(
            "Threads that hang",
            [("sum(delfin_stuck_threads) or vector(0)", "")],
            *("stat", "short", 6, 4, ANY_IS_BAD),
        ),
        Panel("Jobs that run", [("delfin_running_jobs", "{{process}} {{instance}}")]),
        Panel("Storages by owner", [("delfin_owned_storages", "{{instance}}")]),
        Panel("Memory", [("delfin_memory", "{{process}} {{instance}}")], unit="bytes"),
        Panel("Sessions with arrays", [("delfin_sessions", "{{process}} {{instance}}")]),
        Panel(
            "Calls to arrays",
            [
                ("sum(rate(delfin_calls_total[5m]))", "all"),
                ("sum(rate(delfin_calls_failed_total[5m]))", "failed"),
                ("sum(rate(delfin_calls_cut_off_total[5m]))", "cut off"),
            ],
            unit="cps",
        ),
        Panel(
            "Logins",
            [
                ("sum(rate(delfin_logins_total[5m]))", "good"),
                ("sum(rate(delfin_logins_failed_total[5m]))", "failed"),
            ],
            unit="cps",
        ),
        Panel(
            "Collections",
            [("sum by (result) (rate(delfin_collections_total[5m]))", "{{result}}")],
            unit="cps",
        ),
        Panel(
            "Since the last good collection",
            [("delfin_oldest_collection_age", "{{process}} {{instance}}")],
            unit="s",
        ),
        Panel(
            "Samples collected",
            [("sum by (reading) (rate(delfin_collected_samples_total[5m]))", "{{reading}}")],
            unit="cps",
        ),
        Panel(
            "Bad samples",
            [
                (
                    "sum by (reason) (increase(delfin_collection_dropped_samples_total[1h]))",
                    "{{reason}}",
                )
            ],
        ),
        Panel(
            "Samples exported",
            [("sum by (exporter) (rate(delfin_exported_samples_total[5m]))", "{{exporter}}")],
            unit="cps",
        ),
        Panel(
            "Samples lost",
            [
                (
                    "sum by (exporter) (increase(delfin_export_dropped_samples_total[1h]))",
                    "{{exporter}}",
                )
            ],
        ),
        Panel(
            "How long the oldest samples have waited",
            [("delfin_spool_age_seconds", "{{exporter}} {{instance}}")],
            unit="s",
        ),
        Panel("What waits", [("delfin_spool_bytes", "{{exporter}} {{instance}}")], unit="bytes"),
    ],
)
