"""Sealing secrets at rest: bound to their place, readable after a rotation."""

from __future__ import annotations

import base64

import pytest

from delfin.common import keyring
from delfin.common.keyring import Key, KeyRing

PLACE = "access_info:s1:rest.password"
SECRET = "Pässword-☃-123456"


def ring(*keys: Key) -> KeyRing:
    return KeyRing(lambda: keys)


OLD, NEW = Key.generate(), Key.generate()


def test_what_was_sealed_opens_in_its_place() -> None:
    sealed = ring(OLD).seal(SECRET, PLACE)
    assert ring(OLD).open(sealed, PLACE) == SECRET
    assert keyring.is_sealed(sealed)
    assert keyring.key_id_of(sealed) == OLD.key_id


def test_sealed_text_hides_the_secret_and_never_repeats() -> None:
    one, other = ring(OLD).seal(SECRET, PLACE), ring(OLD).seal(SECRET, PLACE)
    assert one != other
    for form in (SECRET, base64.b64encode(SECRET.encode()).decode(), SECRET.encode().hex()):
        assert form not in one


def test_sealed_text_opens_nowhere_else() -> None:
    sealed = ring(OLD).seal(SECRET, PLACE)
    with pytest.raises(keyring.BrokenSealError, match=r"access_info:s2:rest\.password"):
        ring(OLD).open(sealed, "access_info:s2:rest.password")


def test_changed_text_does_not_open() -> None:
    sealed = ring(OLD).seal(SECRET, PLACE)
    changed = sealed[:-8] + ("A" if sealed[-8] != "A" else "B") + sealed[-7:]
    with pytest.raises(keyring.BrokenSealError) as caught:
        ring(OLD).open(changed, PLACE)
    assert changed not in str(caught.value)


def test_after_a_rotation_both_keys_open_and_the_new_one_seals() -> None:
    sealed = ring(OLD).seal(SECRET, PLACE)
    both = ring(NEW, OLD)
    assert both.open(sealed, PLACE) == SECRET
    assert keyring.key_id_of(both.seal(SECRET, PLACE)) == both.primary_id == NEW.key_id
    assert both.key_ids == [NEW.key_id, OLD.key_id]


def test_retired_key_is_named() -> None:
    sealed = ring(OLD).seal(SECRET, PLACE)
    with pytest.raises(keyring.UnknownKeyError, match=OLD.key_id):
        ring(NEW).open(sealed, PLACE)


def test_base64_of_an_older_installation_opens() -> None:
    old = base64.b64encode(SECRET.encode()).decode()
    assert not keyring.is_sealed(old)
    assert keyring.key_id_of(old) is None
    assert ring(OLD).open(old, PLACE) == SECRET


@pytest.mark.parametrize("text", ["sealed:", "sealed:00000000:", "plain password", "abc", "/w=="])
def test_text_that_was_never_sealed_is_refused(text: str) -> None:
    with pytest.raises(keyring.BrokenSealError) as caught:
        ring(OLD).open(text, PLACE)
    assert text not in str(caught.value)
    assert caught.value.__suppress_context__


def test_keys_do_not_show() -> None:
    secret = base64.b64encode(OLD.secret).decode()
    assert secret not in repr(OLD)
    assert repr(OLD.secret) not in repr(OLD)


def test_keys_survive_their_text_form() -> None:
    assert keyring.parse_keys(keyring.format_keys((NEW, OLD))) == (NEW, OLD)
    words = [base64.b64encode(key.secret).decode() for key in (NEW, OLD)]
    assert keyring.parse_keys(",".join(words)) == keyring.parse_keys(" ".join(words)) == (NEW, OLD)


@pytest.mark.parametrize("text", ["", "# only a comment", "short", "QUJD", "!" * 44])
def test_text_without_usable_keys_is_refused(text: str) -> None:
    with pytest.raises(keyring.KeysUnusableError) as caught:
        keyring.parse_keys(text)
    assert not text or text not in str(caught.value)
