import hashlib

from acme_delfin.aurora import consts
from delfin import exception
from delfin.common import alert_util
from delfin.common import constants
from delfin.i18n import _


class AlertHandler(object):

    @staticmethod
    def to_alert(event):
        key = '%s/%s' % (event['code'], event.get('part'))
        return {
            'alert_id': event['code'],
            'alert_name': event['title'],
            'severity': consts.SEVERITY.get(
                event['level'], constants.Severity.NOT_SPECIFIED),
            'category': constants.Category.FAULT,
            'type': constants.EventType.EQUIPMENT_ALARM,
            'sequence_number': str(event['id']),
            'occur_time': int(event['raised']),
            'description': event['text'],
            'resource_type': constants.DEFAULT_RESOURCE_TYPE,
            'location': event.get('part'),
            'match_key': hashlib.md5(key.encode()).hexdigest()
        }

    @staticmethod
    def list_alerts(rest_handler, query_para):
        alerts = []
        for event in rest_handler.rest_list(consts.EVENTS_URL):
            if alert_util.is_alert_in_time_range(query_para,
                                                 int(event['raised'])):
                alerts.append(AlertHandler.to_alert(event))
        return alerts

    @staticmethod
    def parse_alert(context, alert):
        if alert.get(consts.TRAP_OID) != consts.AURORA_TRAP:
            return None
        try:
            event = {}
            for oid, field in consts.TRAP_FIELDS.items():
                event[field] = alert[oid + '.0']
            return AlertHandler.to_alert(event)
        except (KeyError, ValueError):
            msg = (_('The trap of the array is not complete'))
            raise exception.InvalidResults(msg)
