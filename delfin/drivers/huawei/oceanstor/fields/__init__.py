"""An OceanStor's words for things, and ours.

Sources that docstrings here name in short:

- REST V5: "OceanStor V5 Series REST Interface Reference", EDOC1100144155.
- REST 6.1: "OceanStor Dorado 6.1.6 REST Interface Reference".
- CSM: "CSM for Huawei Storage" 2.x, Huawei's own monitor (github.com/Huawei/csm).
- CSI: "eSDK K8S Plugin" 4.x, Huawei's own CSI driver (github.com/Huawei/eSDK_K8S_Plugin).
- checks: the answers of a Dorado 8000 V6 6.1 and 7.x that Linuxfabrik publishes with its checks.
- library of checks: the one that these checks share; its tables are those of the references of
  Dorado 6.1.0 and V700R001C10.
- POSH: field names and words of the PowerShell module POSH-Oceanstor, made for V3 to 6.1.

What only the answers and POSH know is seen there, and not read in a document of the vendor.
"""
