"""Routes of SNMP settings: where the traps of a storage come from."""

from __future__ import annotations

from delfin import exception as e
from delfin.api import snmp_config
from delfin.api.exchange import Operation, Route
from delfin.api.routes.errors import BODY

ROUTES: tuple[Route, ...] = (
    Route(
        "/v1/storages/{storage_id}/snmp-config",
        "SNMP",
        (
            Operation(
                *("GET", "show_snmp_config", "SNMP settings of a storage", snmp_config.show),
                answer="SnmpConfig",
                errors=(e.AlertSourceNotFound,),
            ),
            Operation(
                *("PUT", "update_snmp_config", "Make or change them; what is left out stays"),
                snmp_config.update,
                answer="SnmpConfig",
                body="SnmpSettings",
                errors=(*BODY, e.StorageNotFound),
            ),
            Operation(
                *("DELETE", "remove_snmp_config", "Take no more traps of a storage"),
                snmp_config.remove,
                errors=(e.AlertSourceNotFound,),
            ),
        ),
    ),
    *(
        Route(
            path,
            "SNMP",
            (
                Operation(
                    *("GET", name, "SNMP settings of all storages", snmp_config.find),
                    answer="SnmpConfigs",
                ),
            ),
        )
        for path, name in (
            ("/v1/snmp-configs", "list_snmp_configs"),
            # Where swagger.yaml of SODA Delfin says it is.
            ("/v1/storages/snmp-configs", "list_snmp_configs_alias"),
        )
    ),
    Route(
        "/v1/trap-receivers",
        "SNMP",
        (
            Operation(
                *("GET", "list_trap_receivers", "Who receives traps, and what became of them"),
                snmp_config.find_receivers,
                answer="TrapReceivers",
            ),
        ),
    ),
)
