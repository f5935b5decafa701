"""Drivers as they were written for SODA Delfin 1.x, with the oddities that were found in them."""

# mypy: ignore-errors

from __future__ import annotations

import threading

import six
from oslo_log import log as logging

from delfin import cryptor, exception
from delfin.common import config, constants  # noqa: F401 - imported for its effect, as there
from delfin.drivers import driver
from delfin.drivers.utils.rest_client import RestClient
from delfin.drivers.utils.ssh_client import SSHPool
from delfin.drivers.utils.tools import Tools

LOG = logging.getLogger(__name__)


class OldDriver(driver.StorageDriver):
    """What the others share; reads the access information as drivers did."""

    def __init__(self, **kwargs):
        super(OldDriver, self).__init__(**kwargs)
        self.login = kwargs
        self.plain = cryptor.decode(kwargs.get("rest")["password"])

    def reset_connection(self, context, **kwargs):
        pass

    def get_storage(self, context):
        return {
            "name": "old",
            "vendor": "Acme",
            "model": "old",
            "status": constants.StorageStatus.NORMAL,
            "serial_number": "OLD-%s" % self.login["rest"]["port"],
            "firmware_version": "9.10",
            "total_capacity": "1000",
            "used_capacity": 400.0,
            "free_capacity": "600",
            "raw_capacity": "",
        }

    def list_storage_pools(self, context):
        return []

    def list_volumes(self, context):
        return []

    def list_alerts(self, context, query_para=None):
        return []

    def clear_alert(self, context, alert):
        pass

    def add_trap_config(self, context, trap_config):
        pass

    def remove_trap_config(self, context, trap_config):
        pass


class OddRows(OldDriver):
    """Unknown keys, digit strings, floats, empty texts, None, foreign words, ids that repeat."""

    def list_storage_pools(self, ctx):
        return [
            {
                "native_storage_pool_id": 1,
                "name": six.text_type("gold"),
                "storage_id": self.storage_id,
                "status": "Normal",
                "storage_type": "block",
                "total_capacity": 100.0,
                "used_capacity": "40",
                "free_capacity": "",
                "free_capacit": 60,
            }
        ]

    def list_volumes(self, ctx):
        # vmax used the id of the call, and the same dictionary more than once.
        row = {
            "native_volume_id": "v1",
            "storage_id": ctx.storage_id,
            "name": "n" * 300,
            "status": constants.StorageStatus.NORMAL,
            "native_storage_pool_id": "1",
            "compressed": None,
            "deduplicated": "true",
            "blocks": 7,
            "total_capacity": "-",
        }
        return [row, dict(row), {"name": "no id"}]

    def list_controllers(self, ctx):
        return (
            {"native_controller_id": "a", "memory_size": "1024", "cpu_count": "4"},
            {"native_controller_id": "b", "memory_size": "", "cpu_info": None},
        )

    def list_disks(self, ctx):
        return [{"native_disk_id": "d", "speed": "", "capacity": 5.0, "native_diskgroup_id": "g"}]

    def list_ports(self, ctx):
        return [{"native_port_id": "p", "speed": 32 * 10**9, "max_speed": str(64 * 10**9)}]

    def list_storage_host_initiators(self, content):
        return [
            {"native_storage_host_initiator_id": "i", "wwn": "50:01"},
            {"native_storage_host_initiator_id": "i", "wwn": "50:01"},
        ]

    def list_masking_views(self, ctx):
        return [
            {"native_masking_view_id": "m", "native_storage_host_id": "", "native_volume_id": None}
        ]

    def list_storage_host_groups(self, ctx):
        return [
            {"native_storage_host_group_id": "g", "name": "all", "storage_hosts": "h1, h2"},
            {"native_storage_host_group_id": "e", "name": "none", "storage_hosts": None},
        ]

    def list_port_groups(self, ctx):
        return {
            "port_groups": [{"native_port_group_id": "pg", "native_port_group_name": "x"}],
            "port_grp_port_rels": [
                {"native_port_group_id": "pg", "native_port_id": "p"},
                {"native_port_group_id": "pg", "native_port_id": None},
            ],
        }

    def list_quotas(self, ctx):
        return [{"native_quota_id": "q", "capacity_hard_limit": "-", "file_count": "12"}]

    @staticmethod
    def get_capabilities(context, filters=None):
        # ONTAP answered by version, and needs to be told which.
        if not filters or not filters.get("firmware_version"):
            return {9.8: {}}
        wanted = {"iops": {"unit": "IOPS", "description": "Operations"}}
        return {
            "is_historic": True,
            "collect_interval": 900,
            "performance_metric_retention_window": 4500,
            "resource_metrics": {constants.ResourceType.VOLUME: wanted},
        }

    def collect_perf_metrics(self, ctx, storage_id, resource_metrics, start_time, end_time):
        unit = resource_metrics["volume"]["iops"]["unit"]
        labels = {"storage_id": storage_id, "resource_type": "volume", "unit": unit}
        return [constants.metric_struct("iops", labels, {start_time: 1})]


class ComparesFirmware(OldDriver):
    """Looks for the firmware whenever it is given filters at all."""

    @staticmethod
    def get_capabilities(context, filters=None):
        if filters and filters["firmware_version"] < "9.8":
            return None
        return {"is_historic": True, "resource_metrics": {}}


class OddErrors(OldDriver):
    """Classes raised without a call, None for a list, errors of Python, a word as a keyword."""

    def list_storage_pools(self, context):
        raise exception.NotAuthorized

    def list_volumes(self, context):
        return None

    def list_controllers(self, context):
        return {"oops": 1}["controllers"]

    def list_ports(self, context):
        raise exception.InvalidResults(message="told {0} braces")

    def list_disks(self, context):
        raise exception.StorageBackendException(reason="not honoured")

    def list_shares(self, context):
        raise NotImplementedError()

    def list_alerts(self, context, query_para):
        if query_para is not None and not query_para.get("begin_time"):
            raise exception.InvalidResults("half a range")
        return None


class OldClient(RestClient):
    """Locks before the base class is there, and swaps the token in the session's headers."""

    def __init__(self, **kwargs):
        self.lock = threading.Lock()
        super(OldClient, self).__init__(**kwargs)
        self.verify = kwargs.get("verify", False)

    def log_in(self):
        with self.lock:
            self.init_http_head()
            password = cryptor.decode(self.rest_password)
            answer = self.do_call(
                "/api/v1/sessions", {"user": self.rest_username, "password": password}, "POST"
            )
            self.session.headers["X-Auth-Token"] = cryptor.encode(answer.json()["token"])

    def read(self, url):
        with self.lock:
            token = self.session.headers["X-Auth-Token"]
            self.session.headers["X-Auth-Token"] = cryptor.decode(token)
            answer = self.do_call(url, None, "GET", calltimeout=5)
            self.session.headers["X-Auth-Token"] = token
            return answer.json()


class OldRest(OldDriver):
    def __init__(self, **kwargs):
        super(OldRest, self).__init__(**kwargs)
        self.client = OldClient(**kwargs)
        self.client.log_in()

    def list_volumes(self, context):
        items = self.client.read("/api/v1/volumes?offset=0&limit=1000")["items"]
        return [{"native_volume_id": item["id"], "name": item["label"]} for item in items]


class OldShell(driver.StorageDriver):
    """Inherits the pool, replaces its connecting, and reads what only some pools ever had."""

    class Pool(SSHPool):
        def create(self):
            assert self.conn_timeout
            assert self.SOCKET_TIMEOUT
            return super(OldShell.Pool, self).create()

    def __init__(self, **kwargs):
        super(OldShell, self).__init__(**kwargs)
        self.pool = OldShell.Pool(**kwargs)

    def reset_connection(self, context, **kwargs):
        pass

    def close_connection(self):
        self.pool.close()

    def get_storage(self, context):
        found = []
        Tools.split_value_map_list(self.pool.do_exec("show system"), found)
        return {"serial_number": found[0]["Serial"], "status": "normal"}

    def list_storage_pools(self, context):
        with self.pool.item() as ssh:
            _, stdout, _ = ssh.exec_command("show pools")
            text = stdout.read().decode()
        return [
            {"native_storage_pool_id": line.split(",")[0],
             "total_capacity": Tools.get_capacity_size(line.split(",")[1])}
            for line in text.splitlines()
        ]  # fmt: skip

    def list_volumes(self, context):
        return []

    def list_alerts(self, context, query_para=None):
        raise NotImplementedError

    def clear_alert(self, context, alert):
        pass

    def add_trap_config(self, context, trap_config):
        pass

    def remove_trap_config(self, context, trap_config):
        pass
