"""Cipher text inside a process, and the Base64 of older installations."""

from __future__ import annotations

import base64
import binascii
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from delfin import cryptor

SECRET = "Pässword 'with\nall ☃ kinds"


def test_what_was_encoded_decodes() -> None:
    assert cryptor.decode(cryptor.encode(SECRET)) == SECRET
    assert cryptor.decode(cryptor.encode("")) == ""


def test_bytes_are_taken_too() -> None:
    assert cryptor.decode(cryptor.encode(SECRET).encode()) == SECRET


def test_base64_of_an_older_installation_decodes() -> None:
    old = base64.b64encode(SECRET.encode())
    assert cryptor.decode(old) == cryptor.decode(old.decode()) == SECRET


def test_cipher_text_is_a_header_value_and_hides_the_secret() -> None:
    token = cryptor.encode(SECRET)
    assert token.isascii()
    assert token.isprintable()
    assert " " not in token
    assert base64.b64encode(SECRET.encode()).decode() not in token
    assert cryptor.encode(SECRET) != token


def test_changed_cipher_text_is_refused() -> None:
    token = cryptor.encode(SECRET)
    changed = token[:-8] + ("A" if token[-8] != "A" else "B") + token[-7:]
    with pytest.raises(binascii.Error) as caught:
        cryptor.decode(changed)
    assert SECRET not in repr(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("bad", ["abc", "not base64!", "gcm:", "gcm:AAAA", "gcm:!", "/w=="])
def test_other_texts_are_refused(bad: str) -> None:
    with pytest.raises(binascii.Error):
        cryptor.decode(bad)


def test_none_is_a_type_error() -> None:
    with pytest.raises(TypeError):
        cryptor.decode(None)  # type: ignore[arg-type]


def test_another_process_cannot_read_it() -> None:
    program = "import sys; from delfin import cryptor; cryptor.decode(sys.argv[1])"
    done = subprocess.run(
        [sys.executable, "-c", program, cryptor.encode(SECRET)],
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 1
    assert "not a text that this process encoded" in done.stderr


def test_a_forked_child_can_read_it() -> None:
    token = cryptor.encode(SECRET)
    program = "import os, sys; from delfin import cryptor; t = cryptor.encode('x'); p = os.fork()\n"
    program += "if not p: os._exit(cryptor.decode(t) != 'x')\n"
    program += "sys.exit(os.waitstatus_to_exitcode(os.waitpid(p, 0)[1]))"
    done = subprocess.run([sys.executable, "-c", program], check=False)
    assert done.returncode == os.EX_OK
    assert cryptor.decode(token) == SECRET


def test_many_threads_at_once() -> None:
    def there_and_back(number: int) -> bool:
        return cryptor.decode(cryptor.encode(f"token {number}")) == f"token {number}"

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(there_and_back, range(2000)))


def test_interface_is_abstract() -> None:
    with pytest.raises(TypeError):
        cryptor.ICryptor()  # type: ignore[abstract]
