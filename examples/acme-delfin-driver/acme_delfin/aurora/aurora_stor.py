import six
from oslo_log import log as logging
from oslo_utils import units

from acme_delfin.aurora import consts
from acme_delfin.aurora.alert_handler import AlertHandler
from acme_delfin.aurora.rest_handler import RestHandler
from delfin import exception
from delfin.common import constants
from delfin.drivers import driver

LOG = logging.getLogger(__name__)


class AuroraStorageDriver(driver.StorageDriver):

    def __init__(self, **kwargs):
        super(AuroraStorageDriver, self).__init__(**kwargs)
        self.rest_handler = RestHandler(**kwargs)
        self.rest_handler.login()

    def reset_connection(self, context, **kwargs):
        self.rest_handler.logout()
        self.rest_handler.verify = kwargs.get('verify', False)
        self.rest_handler.login()

    def close_connection(self):
        self.rest_handler.logout()

    def get_storage(self, context):
        system = self.rest_handler.rest(consts.SYSTEM_URL)
        pools = self.list_storage_pools(context)
        try:
            return {
                'name': system['name'],
                'vendor': 'Acme',
                'model': system['product'],
                'status': constants.StorageStatus.NORMAL,
                'serial_number': system['serial'],
                'firmware_version': system['release'],
                'location': system['site'],
                'raw_capacity': int(system['raw_gib'] * units.Gi),
                'total_capacity': sum(p['total_capacity'] for p in pools),
                'used_capacity': sum(p['used_capacity'] for p in pools),
                'free_capacity': sum(p['free_capacity'] for p in pools)
            }
        except (KeyError, TypeError) as err:
            LOG.error('The system cannot be read: %s', six.text_type(err))
            raise exception.InvalidResults(six.text_type(err))

    def list_storage_pools(self, ctx):
        pools = []
        for pool in self.rest_handler.rest_list(consts.POOLS_URL):
            total = int(pool['size_gib'] * units.Gi)
            used = int(pool['used_gib'] * units.Gi)
            pools.append({
                'name': pool['name'],
                'storage_id': self.storage_id,
                'native_storage_pool_id': str(pool['id']),
                'description': '',
                'status': consts.POOL_STATUS.get(
                    pool['state'], constants.StoragePoolStatus.UNKNOWN),
                'storage_type': constants.StorageType.BLOCK,
                'total_capacity': total,
                'used_capacity': used,
                'free_capacity': total - used
            })
        return pools

    def list_volumes(self, context):
        volumes = []
        for volume in self.rest_handler.rest_list(consts.VOLUMES_URL):
            total = int(volume['size_gib'] * units.Gi)
            used = int(volume['used_gib'] * units.Gi)
            volumes.append({
                'name': volume['name'],
                # One Aurora manager serves several arrays, so the id of the
                # call counts.
                'storage_id': context.storage_id,
                'description': '',
                'status': consts.VOLUME_STATUS.get(
                    volume['state'], constants.VolumeStatus.ERROR),
                'native_volume_id': str(volume['id']),
                'native_storage_pool_id': str(volume['pool']),
                'wwn': volume['wwn'],
                'type': constants.VolumeType.THIN if volume['thin']
                else constants.VolumeType.THICK,
                'total_capacity': total,
                'used_capacity': used,
                'free_capacity': total - used
            })
        return volumes

    def list_controllers(self, ctx):
        return [{
            'name': controller['name'],
            'storage_id': self.storage_id,
            'native_controller_id': str(controller['id']),
            'status': consts.CONTROLLER_STATUS.get(
                controller['state'], constants.ControllerStatus.UNKNOWN),
            'soft_version': controller['release'],
            'memory_size': int(controller['memory_gib'] * units.Gi)
        } for controller in
            self.rest_handler.rest_list(consts.CONTROLLERS_URL)]

    def list_storage_hosts(self, ctx):
        return [{
            'name': host['name'],
            'storage_id': self.storage_id,
            'native_storage_host_id': str(host['id']),
            'os_type': consts.HOST_OS.get(
                host['os'], constants.HostOSTypes.UNKNOWN),
            'status': constants.HostStatus.NORMAL
        } for host in self.rest_handler.rest_list(consts.HOSTS_URL)]

    def list_storage_host_initiators(self, ctx):
        return [{
            'name': initiator['port'],
            'storage_id': self.storage_id,
            'native_storage_host_initiator_id': initiator['port'],
            'wwn': initiator['port'],
            'status': constants.InitiatorStatus.ONLINE,
            'type': consts.INITIATOR_TYPE.get(
                initiator['kind'], constants.InitiatorType.UNKNOWN),
            'native_storage_host_id': str(initiator['host'])
        } for initiator in
            self.rest_handler.rest_list(consts.INITIATORS_URL)]

    def list_storage_host_groups(self, ctx):
        """The list form: members as one text."""
        return [{
            'name': group['name'],
            'storage_id': self.storage_id,
            'native_storage_host_group_id': str(group['id']),
            'storage_hosts': ','.join(str(host) for host in group['hosts'])
        } for group in self.rest_handler.rest_list(consts.HOST_GROUPS_URL)]

    def list_volume_groups(self, ctx):
        """The dictionary form: members as relations."""
        groups, relations = [], []
        for group in self.rest_handler.rest_list(consts.VOLUME_GROUPS_URL):
            groups.append({
                'name': group['name'],
                'storage_id': self.storage_id,
                'native_volume_group_id': str(group['id'])
            })
            for volume in group['volumes']:
                relations.append({
                    'storage_id': self.storage_id,
                    'native_volume_group_id': str(group['id']),
                    'native_volume_id': str(volume)
                })
        return {'volume_groups': groups, 'vol_grp_vol_rels': relations}

    def list_masking_views(self, ctx):
        return [{
            'name': mapping['name'],
            'storage_id': self.storage_id,
            'native_masking_view_id': str(mapping['id']),
            'native_storage_host_group_id': str(mapping['hostgroup']),
            'native_volume_group_id': str(mapping['volumegroup'])
        } for mapping in self.rest_handler.rest_list(consts.MAPPINGS_URL)]

    def list_alerts(self, context, query_para=None):
        return AlertHandler.list_alerts(self.rest_handler, query_para)

    @staticmethod
    def parse_alert(context, alert):
        return AlertHandler.parse_alert(context, alert)

    def clear_alert(self, context, alert):
        try:
            self.rest_handler.call(consts.EVENT_URL % alert, 'DELETE')
        except exception.NotFound:
            LOG.info('The alert is cleared already')

    def add_trap_config(self, context, trap_config):
        pass

    def remove_trap_config(self, context, trap_config):
        pass

    @staticmethod
    def get_access_url():
        return 'https://{ip}:{port}'

    @staticmethod
    def get_capabilities(context, filters=None):
        return {
            'is_historic': True,
            'performance_metric_retention_window': 86400,
            'resource_metrics': {
                kind: dict(consts.METRICS) for kind in consts.COUNTERS
            }
        }

    def collect_perf_metrics(self, context, storage_id, resource_metrics,
                             start_time, end_time):
        metrics = []
        for kind, wanted in resource_metrics.items():
            url = consts.COUNTERS_URL % (consts.COUNTERS[kind],
                                         start_time, end_time)
            for part in self.rest_handler.rest_list(url):
                for name in wanted.keys():
                    labels = {
                        'storage_id': storage_id,
                        'resource_type': kind,
                        'resource_id': str(part['id']),
                        'resource_name': part['name'],
                        'type': 'RAW',
                        'unit': wanted[name]['unit']
                    }
                    column = part[consts.COUNTER_NAMES[name]]
                    values = dict(zip(part['times'], column))
                    metrics.append(
                        constants.metric_struct(name, labels, values))
        return metrics

    def get_latest_perf_timestamp(self, context):
        return self.rest_handler.rest(consts.SYSTEM_URL)['clock']
