"""Words for alerts and for the SNMP they arrive by."""

from __future__ import annotations

from delfin.common.constants.vocabulary import Vocabulary

DEFAULT_RESOURCE_TYPE = "Storage"

DEFAULT_SNMP_CONNECT_PORT = 161
DEFAULT_SNMP_RETRY_NUM = 1
DEFAULT_SNMP_EXPIRATION_TIME = 2  # seconds
SNMP_QUERY_OID = "1.3.6.1.2.1.1.1.0"  # sysDescr
SNMP_CONNECTION_FAILED_ALERT_ID = "19660818"
SNMP_SUPPORTED_MODELS = ("vsp", "3par", "cmode", "msa", "hnas")

_USM_AUTH = (1, 3, 6, 1, 6, 3, 10, 1, 1)
_USM_PRIV = (1, 3, 6, 1, 6, 3, 10, 1, 2)
_CISCO_PRIV = (1, 3, 6, 1, 4, 1, 9, 12, 6, 1)

# The registered object identifiers (RFC 3414, 3826, 7860), which is also how pysnmp names them.
AUTH_PROTOCOL_MAP = {
    "none": (*_USM_AUTH, 1),
    "hmacmd5": (*_USM_AUTH, 2),
    "hmacsha": (*_USM_AUTH, 3),
    "hmcsha2224": (*_USM_AUTH, 4),
    "hmcsha2256": (*_USM_AUTH, 5),
    "hmcsha2384": (*_USM_AUTH, 6),
    "hmcsha2512": (*_USM_AUTH, 7),
}
# AES with longer keys was never standardised: these are the widespread Reeder variants.
PRIVACY_PROTOCOL_MAP = {
    "none": (*_USM_PRIV, 1),
    "des": (*_USM_PRIV, 2),
    "3des": (*_USM_PRIV, 3),
    "aes": (*_USM_PRIV, 4),
    "aes192": (*_CISCO_PRIV, 101),
    "aes256": (*_CISCO_PRIV, 102),
}


class Severity(Vocabulary):
    FATAL = "Fatal"
    CRITICAL = "Critical"
    MAJOR = "Major"
    MINOR = "Minor"
    WARNING = "Warning"
    INFORMATIONAL = "Informational"
    NOT_SPECIFIED = "NotSpecified"


class Category(Vocabulary):
    FAULT = "Fault"
    EVENT = "Event"
    RECOVERY = "Recovery"
    NOT_SPECIFIED = "NotSpecified"


class ClearType(Vocabulary):
    AUTOMATIC = "Automatic"
    MANUAL = "Manual"


class EventType(Vocabulary):
    COMMUNICATIONS_ALARM = "CommunicationsAlarm"
    EQUIPMENT_ALARM = "EquipmentAlarm"
    PROCESSING_ERROR_ALARM = "ProcessingErrorAlarm"
    QUALITY_OF_SERVICE_ALARM = "QualityOfServiceAlarm"
    ENVIRONMENTAL_ALARM = "EnvironmentalAlarm"
    INTEGRITY_VIOLATION = "IntegrityViolation"
    OPERATIONAL_VIOLATION = "OperationalViolation"
    PHYSICAL_VIOLATION = "PhysicalViolation"
    SECURITY_MECHANISM_VIOLATION = "SecurityServiceOrMechanismViolation"
    TIME_DOMAIN_VIOLATION = "TimeDomainViolation"
    NOT_SPECIFIED = "NotSpecified"


class SecurityLevel(Vocabulary):
    AUTHPRIV = "authPriv"
    AUTHNOPRIV = "authNoPriv"
    NOAUTHNOPRIV = "noAuthnoPriv"
