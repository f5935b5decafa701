"""Files made from the code say what the code says."""

from __future__ import annotations

import pytest
from oslo_config import cfg

from delfin.conf import storage_driver
from tools import generate


@pytest.mark.parametrize("name", sorted(generate.GENERATED))
def test_generated_file_is_fresh(name: str) -> None:
    assert not generate.stale(name), generate.stale(name)


def test_who_starts_from_the_sample_has_certificates_verified() -> None:
    conf = cfg.ConfigOpts()
    storage_driver.register(conf)
    assert conf.storage_driver.verify_certificates is None
    conf([], default_config_files=[str(generate.ROOT / generate.SAMPLE_CONFIG)])
    assert conf.storage_driver.verify_certificates is True
