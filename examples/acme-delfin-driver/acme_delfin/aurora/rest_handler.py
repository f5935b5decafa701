import threading

import six
from oslo_log import log as logging

from acme_delfin.aurora import consts
from delfin import cryptor
from delfin import exception
from delfin.drivers.utils.rest_client import RestClient

LOG = logging.getLogger(__name__)


class RestHandler(RestClient):

    def __init__(self, **kwargs):
        self.session_lock = threading.Lock()
        super(RestHandler, self).__init__(**kwargs)
        self.verify = kwargs.get('verify', False)

    def login(self):
        with self.session_lock:
            if self.session is None:
                self.init_http_head()
            data = {
                'username': self.rest_username,
                'password': cryptor.decode(self.rest_password)
            }
            res = super(RestHandler, self).do_call(
                consts.LOGIN_URL, data, 'POST', calltimeout=10)
            if res.status_code in (401, 403):
                LOG.error('Login to %s was refused', self.san_address)
                raise exception.InvalidUsernameOrPassword()
            self.check(res)
            token = res.headers.get(consts.TOKEN_HEADER)
            if not token:
                raise exception.InvalidResults('The login gave no token')
            # The token is kept as cipher text, as a password is.
            self.rest_auth_token = cryptor.encode(token)

    def logout(self):
        try:
            if self.rest_auth_token and self.session:
                self.call(consts.LOGOUT_URL, 'DELETE')
        except exception.DelfinException as err:
            LOG.warning('Logout failed: %s', err.msg)
        finally:
            self.rest_auth_token = None
            if self.session:
                self.session.close()
                self.session = None

    def call(self, url, method='GET', data=None):
        res = self.send(url, method, data)
        if res.status_code == 401:
            # The session is over: log in once more.
            self.login()
            res = self.send(url, method, data)
        self.check(res)
        return res

    def send(self, url, method, data):
        with self.session_lock:
            self.session.headers[consts.TOKEN_HEADER] = \
                cryptor.decode(self.rest_auth_token)
            try:
                return self.do_call(url, data, method)
            finally:
                self.session.headers.pop(consts.TOKEN_HEADER, None)

    @staticmethod
    def check(res):
        if res.status_code in (401, 403):
            raise exception.NotAuthorized
        if res.status_code == 404:
            raise exception.NotFound()
        if res.status_code >= 400:
            raise exception.StorageBackendException(
                'HTTP status %d' % res.status_code)

    def rest(self, url):
        res = self.call(url)
        try:
            result = res.json()
        except ValueError as err:
            msg = 'No JSON from %s: %s' % (url.split('?')[0],
                                           six.text_type(type(err).__name__))
            raise exception.InvalidResults(msg)
        return result

    def rest_list(self, url):
        result = self.rest(url)
        if not isinstance(result, dict) or 'entries' not in result:
            raise exception.InvalidResults('No entries from %s' % url)
        return result['entries']
