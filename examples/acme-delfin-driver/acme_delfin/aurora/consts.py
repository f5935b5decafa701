from delfin.common import constants

LOGIN_URL = '/api/v2/login'
LOGOUT_URL = '/api/v2/logout'
SYSTEM_URL = '/api/v2/system'
POOLS_URL = '/api/v2/pools'
VOLUMES_URL = '/api/v2/volumes'
CONTROLLERS_URL = '/api/v2/controllers'
HOSTS_URL = '/api/v2/hosts'
INITIATORS_URL = '/api/v2/initiators'
HOST_GROUPS_URL = '/api/v2/hostgroups'
VOLUME_GROUPS_URL = '/api/v2/volumegroups'
MAPPINGS_URL = '/api/v2/mappings'
EVENTS_URL = '/api/v2/events'
EVENT_URL = '/api/v2/events/%s'
COUNTERS_URL = '/api/v2/counters?kind=%s&from=%d&to=%d'

TOKEN_HEADER = 'X-Aurora-Token'

POOL_STATUS = {
    'OPTIMAL': constants.StoragePoolStatus.NORMAL,
    'FAILED': constants.StoragePoolStatus.ABNORMAL,
}
VOLUME_STATUS = {
    'ONLINE': constants.VolumeStatus.AVAILABLE,
}
CONTROLLER_STATUS = {
    'ACTIVE': constants.ControllerStatus.NORMAL,
    'DOWN': constants.ControllerStatus.OFFLINE,
}
INITIATOR_TYPE = {
    'fibre': constants.InitiatorType.FC,
    'iscsi': constants.InitiatorType.ISCSI,
}
HOST_OS = {
    'linux': constants.HostOSTypes.LINUX,
    'esx': constants.HostOSTypes.VMWARE_ESX,
}
SEVERITY = {
    'critical': constants.Severity.CRITICAL,
    'major': constants.Severity.MAJOR,
    'minor': constants.Severity.MINOR,
    'info': constants.Severity.INFORMATIONAL,
}

# Traps of the array; the number is set aside for documentation.
TRAP_OID = '1.3.6.1.6.3.1.1.4.1.0'
AURORA_TRAP = '1.3.6.1.4.1.32473.21.0.1'
TRAP_FIELDS = {
    '1.3.6.1.4.1.32473.21.1.1': 'id',
    '1.3.6.1.4.1.32473.21.1.2': 'code',
    '1.3.6.1.4.1.32473.21.1.3': 'title',
    '1.3.6.1.4.1.32473.21.1.4': 'level',
    '1.3.6.1.4.1.32473.21.1.5': 'text',
    '1.3.6.1.4.1.32473.21.1.6': 'raised',
    '1.3.6.1.4.1.32473.21.1.7': 'part',
}

METRICS = {
    'iops': {'unit': 'IOPS', 'description': 'Operations per second'},
    'readIops': {'unit': 'IOPS', 'description': 'Reads per second'},
    'throughput': {'unit': 'MB/s', 'description': 'Data per second'},
    'responseTime': {'unit': 'ms', 'description': 'Time of an operation'},
}
COUNTERS = {
    constants.ResourceType.STORAGE_POOL: 'pool',
    constants.ResourceType.VOLUME: 'volume',
}
COUNTER_NAMES = {
    'iops': 'ops',
    'readIops': 'reads',
    'throughput': 'mbps',
    'responseTime': 'latency_ms',
}
