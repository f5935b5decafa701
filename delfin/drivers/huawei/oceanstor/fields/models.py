"""OceanStor models by the PRODUCTMODE that `system/` tells.

V3, V5 and Dorado V3 and V6: CSM, provider/constants/storage_maps.go. Later ones: Linuxfabrik's
library for its checks, which has them from the REST Interface Reference V700R001C10.
"""

from __future__ import annotations

from collections.abc import Mapping

_V3 = {
    "61": "6800 V3", "62": "6900 V3", "63": "5600 V3", "64": "5800 V3", "68": "5500 V3",
    "69": "2600 V3", "70": "5300 V3", "71": "2800 V3", "72": "18500 V3", "73": "18800 V3",
    "74": "2200 V3", "84": "2600F V3", "85": "5500F V3", "86": "5600F V3", "87": "5800F V3",
    "88": "6800F V3", "89": "18500F V3", "90": "18800F V3", "108": "2100 V3", "112": "2200 V3",
    "113": "2600 V3", "114": "2600F V3",
}  # fmt: skip
_V5 = {
    "92": "2800 V5", "93": "5300 V5", "94": "5300F V5", "95": "5500 V5", "96": "5500F V5",
    "97": "5600 V5", "98": "5600F V5", "99": "5800 V5", "100": "5800F V5", "101": "6800 V5",
    "102": "6800F V5", "103": "18500 V5", "104": "18500F V5", "105": "18800 V5",
    "106": "18800F V5", "107": "5500 V5 Elite", "115": "5300 V5", "116": "5110 V5",
    "117": "5110F V5", "118": "5210 V5", "119": "5210F V5", "120": "5310 V5", "121": "5310F V5",
    "122": "5510 V5", "123": "5510F V5", "124": "5610 V5", "125": "5610F V5", "126": "5810 V5",
    "127": "5810F V5", "128": "6810 V5", "129": "6810F V5", "130": "18510 V5",
    "131": "18510F V5", "132": "18810 V5", "133": "18810F V5", "134": "5210 V5 Enhanced",
    "135": "5210F V5 Enhanced", "139": "5110 V5 Enhanced", "140": "5110F V5 Enhanced",
    "141": "2600 V5",
}  # fmt: skip
_DORADO = {
    "805": "Dorado5000 V3", "806": "Dorado6000 V3", "807": "Dorado18000 V3", "808": "Dorado NAS",
    "809": "Dorado NAS", "810": "Dorado3000 V3", "811": "Dorado 5000 V6", "812": "Dorado 5000 V6",
    "813": "Dorado 6000 V6", "814": "Dorado 6000 V6", "815": "Dorado 8000 V6",
    "816": "Dorado 8000 V6", "817": "Dorado 18000 V6", "818": "Dorado 18000 V6",
    "819": "Dorado 3000 V6", "821": "Dorado 5000 V6", "822": "Dorado 6000 V6",
    "823": "Dorado 8000 V6", "824": "Dorado 18000 V6", "825": "Dorado 5300 V6",
    "826": "Dorado 5500 V6", "827": "Dorado 5600 V6", "828": "Dorado 5800 V6",
    "829": "Dorado 6800 V6", "830": "Dorado 18500 V6", "831": "Dorado 18800 V6",
    "832": "Dorado 18800K V6",
}  # fmt: skip
_LATER = {
    "833": "5310", "834": "5510", "835": "5610", "836": "6810", "837": "18510", "838": "18810",
    "851": "Dorado 2000", "853": "2200", "854": "2220", "855": "2600",
    "900": "Dorado 5000", "901": "Dorado 5000", "902": "Dorado 6000", "903": "Dorado 6000",
    "904": "Dorado 8000", "905": "Dorado 8000", "906": "Dorado 18000", "907": "Dorado 18000",
    "908": "Dorado 3000", "909": "Dorado 5000", "910": "Dorado 6000", "911": "Dorado 8000",
    "912": "Dorado 18000", "913": "Dorado 3000", "914": "Dorado 5000", "915": "Dorado 6000",
    "917": "Dorado 8000", "918": "Dorado 18000", "919": "Dorado 18000", "922": "Dorado 2100",
    "923": "5310 Capacity Flash", "924": "5510 Capacity Flash",
}  # fmt: skip
MODELS: Mapping[str, str] = {**_V3, **_V5, **_DORADO, **_LATER}
