"""SNMP notifications on the wire: BER, the messages of all three versions, and the USM of version 3."""
