"""A driver package as third parties write it for SODA Delfin 1.x."""

from setuptools import find_packages, setup

setup(
    name='acme-delfin-driver',
    version='1.4.0',
    description='Acme Aurora arrays for delfin',
    license='Apache-2.0',
    packages=find_packages(include=['acme_delfin', 'acme_delfin.*']),
    python_requires='>=3.6',
    install_requires=['six', 'oslo.log'],
    entry_points={
        'delfin.storage.drivers': [
            'acme aurora = '
            'acme_delfin.aurora.aurora_stor:AuroraStorageDriver',
        ],
    },
)
