"""Where clusters can be: Atlas's name of each region and, behind it, the cloud's own.

As Atlas's documentation lists them. Azure's and Google's names follow no rule of Atlas's own; those
of AWS only change case and hyphens.
"""

_AWS = """
AF_SOUTH_1 AP_EAST_1 AP_EAST_2 AP_NORTHEAST_1 AP_NORTHEAST_2 AP_NORTHEAST_3 AP_SOUTHEAST_1
AP_SOUTHEAST_2 AP_SOUTHEAST_3 AP_SOUTHEAST_4 AP_SOUTHEAST_5 AP_SOUTHEAST_6 AP_SOUTHEAST_7
AP_SOUTH_1 AP_SOUTH_2 CA_CENTRAL_1 CA_WEST_1 CN_NORTHWEST_1 CN_NORTH_1 EU_CENTRAL_1 EU_CENTRAL_2
EU_NORTH_1 EU_SOUTH_1 EU_SOUTH_2 EU_WEST_1 EU_WEST_2 EU_WEST_3 IL_CENTRAL_1 ME_CENTRAL_1
ME_SOUTH_1 MX_CENTRAL_1 SA_EAST_1 US_EAST_1 US_EAST_2 US_GOV_EAST_1 US_GOV_WEST_1 US_WEST_1
US_WEST_2
"""
_AZURE = """
ASIA_EAST=eastasia ASIA_SOUTH_EAST=southeastasia AUSTRALIA_CENTRAL=australiacentral
AUSTRALIA_CENTRAL_2=australiacentral2 AUSTRALIA_EAST=australiaeast
AUSTRALIA_SOUTH_EAST=australiasoutheast BRAZIL_SOUTH=brazilsouth
BRAZIL_SOUTHEAST=brazilsoutheast CANADA_CENTRAL=canadacentral CANADA_EAST=canadaeast
CHILE_CENTRAL=chilecentral CHINA_EAST=chinaeast CHINA_NORTH=chinanorth EUROPE_NORTH=northeurope
EUROPE_WEST=westeurope FRANCE_CENTRAL=francecentral FRANCE_SOUTH=francesouth
GERMANY_NORTH=germanynorth GERMANY_WEST_CENTRAL=germanywestcentral INDIA_CENTRAL=centralindia
INDIA_SOUTH=southindia INDIA_WEST=westindia INDONESIA_CENTRAL=indonesiacentral
ISRAEL_CENTRAL=israelcentral ITALY_NORTH=italynorth JAPAN_EAST=japaneast JAPAN_WEST=japanwest
KOREA_CENTRAL=koreacentral KOREA_SOUTH=koreasouth MALAYSIA_WEST=malaysiawest
MEXICO_CENTRAL=mexicocentral NEWZEALAND_NORTH=newzealandnorth NEW_ZEALAND_NORTH=newzealandnorth
NORWAY_EAST=norwayeast NORWAY_WEST=norwaywest POLAND_CENTRAL=polandcentral
QATAR_CENTRAL=qatarcentral SOUTH_AFRICA_NORTH=southafricanorth SOUTH_AFRICA_WEST=southafricawest
SPAIN_CENTRAL=spaincentral SWEDEN_CENTRAL=swedencentral SWEDEN_SOUTH=swedensouth
SWITZERLAND_NORTH=switzerlandnorth SWITZERLAND_WEST=switzerlandwest UAE_CENTRAL=uaecentral
UAE_NORTH=uaenorth UK_SOUTH=uksouth UK_WEST=ukwest US_CENTRAL=centralus US_EAST=eastus
US_EAST_2=eastus2 US_GOV_ARIZONA=usgovarizona US_GOV_TEXAS=usgovtexas
US_GOV_VIRGINIA=usgovvirginia US_NORTH_CENTRAL=northcentralus US_SOUTH_CENTRAL=southcentralus
US_WEST=westus US_WEST_2=westus2 US_WEST_3=westus3 US_WEST_CENTRAL=westcentralus
"""
_GCP = """
AFRICA_SOUTH_1=africa-south1 ASIA_EAST_2=asia-east2 ASIA_NORTHEAST_2=asia-northeast2
ASIA_NORTHEAST_3=asia-northeast3 ASIA_SOUTHEAST_2=asia-southeast2 ASIA_SOUTH_1=asia-south1
ASIA_SOUTH_2=asia-south2 AUSTRALIA_SOUTHEAST_1=australia-southeast1
AUSTRALIA_SOUTHEAST_2=australia-southeast2 CENTRAL_US=us-central1 CENTRAL_US_AW=us-central1
EASTERN_ASIA_PACIFIC=asia-east1 EASTERN_US=us-east1 EASTERN_US_AW=us-east1
EUROPE_CENTRAL_2=europe-central2 EUROPE_NORTH_1=europe-north1
EUROPE_SOUTHWEST_1=europe-southwest1 EUROPE_WEST_10=europe-west10 EUROPE_WEST_12=europe-west12
EUROPE_WEST_2=europe-west2 EUROPE_WEST_3=europe-west3 EUROPE_WEST_4=europe-west4
EUROPE_WEST_6=europe-west6 EUROPE_WEST_8=europe-west8 EUROPE_WEST_9=europe-west9
MIDDLE_EAST_CENTRAL_1=me-central1 MIDDLE_EAST_CENTRAL_2=me-central2 MIDDLE_EAST_WEST_1=me-west1
NORTHEASTERN_ASIA_PACIFIC=asia-northeast1 NORTH_AMERICA_NORTHEAST_1=northamerica-northeast1
NORTH_AMERICA_NORTHEAST_2=northamerica-northeast2 NORTH_AMERICA_SOUTH_1=northamerica-south1
SOUTHEASTERN_ASIA_PACIFIC=asia-southeast1 SOUTH_AMERICA_EAST_1=southamerica-east1
SOUTH_AMERICA_WEST_1=southamerica-west1 US_EAST_4=us-east4 US_EAST_4_AW=us-east4
US_EAST_5=us-east5 US_EAST_5_AW=us-east5 US_SOUTH_1=us-south1 US_SOUTH_1_AW=us-south1
US_WEST_2=us-west2 US_WEST_2_AW=us-west2 US_WEST_3=us-west3 US_WEST_3_AW=us-west3
US_WEST_4=us-west4 US_WEST_4_AW=us-west4 WESTERN_EUROPE=europe-west1 WESTERN_US=us-west1
WESTERN_US_AW=us-west1
"""


def _pairs(text: str) -> dict[str, str]:
    return dict(pair.split("=") for pair in text.split())


REGIONS = {
    "AWS": {name: name.lower().replace("_", "-") for name in _AWS.split()},
    "AZURE": _pairs(_AZURE),
    "GCP": _pairs(_GCP),
}
