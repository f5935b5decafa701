"""What families of routes may answer instead of what was asked for."""

from __future__ import annotations

from delfin import exception as e

BODY = (e.MalformedRequestBody, e.InvalidContentType, e.InvalidInput, e.RequestBodyTooLarge)
# What may come of talking to an array.
ARRAY = (
    *(e.InvalidIpOrPort, e.InvalidUsernameOrPassword, e.InvalidCredential, e.InvalidPrivateKey),
    *(e.SSHNotFoundKnownHosts, e.SSLCertificateFailed, e.SSLHandshakeFailed, e.InvalidResults),
    *(e.NotAuthorized, e.StorageDriverNotFound, e.StorageBackendNotFound),
    *(e.StorageBackendException, e.SSHException, e.ConnectTimeout, e.SSHConnectTimeout),
    *(e.HTTPConnectionTimeout, e.BadResponse, e.StorageMaxUserCountException, e.InvalidCAPath),
    *(e.DriverCallTimeout, e.ArraySessionsInUse, e.LockAcquisitionFailed, e.LockCreationFailed),
)
UNKNOWN = (e.StorageNotFound,)
