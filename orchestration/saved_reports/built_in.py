"""Reports worth opening on the first day."""

from orchestration.saved_reports.model import SavedReport

_MONTHS = "range=last_12_months&bin=month"
_BUILT_IN = (
    ("this-month-by-service", "This month by service", "Overview", "group=service"),
    ("this-month-by-project", "This month by project", "Overview", "group=project"),
    ("this-month-by-cluster", "This month by cluster", "Overview", "group=cluster&top=10"),
    ("last-12-months", "Last 12 months by service", "Overview", f"{_MONTHS}&group=service&top=8"),
    ("year-to-date", "Year to date by project, cumulative", "Overview",
     "range=year_to_date&bin=cumulative&group=project&chart=line"),
    ("by-organization", "Last 12 months by organization", "Overview",
     f"{_MONTHS}&group=organization"),
    ("by-team", "Last 3 months by team", "Tags", "range=last_3_months&bin=month&group=tag%3Ateam"),
    ("by-environment", "Production and other environments", "Tags",
     "range=last_3_months&bin=month&group=tag%3Aenv"),
    ("clusters-by-tier", "Clusters by tier", "Clusters",
     f"{_MONTHS}&group=instance_size&f.service=Clusters&top=10"),
    ("data-transfer", "Data transfer by cluster", "Clusters",
     "range=last_30_days&group=cluster&f.service=Data+Transfer&top=10"),
    ("backups", "Backups by resource", "Clusters",
     "range=last_3_months&bin=month&group=resource&f.category.contains=backup&top=10"),
    ("storage", "Storage by resource", "Clusters",
     "range=last_6_months&bin=month&group=resource&f.service=Storage&top=10"),
    ("by-region", "Last 3 months by provider and region", "Bill",
     "range=last_3_months&bin=month&group=cloud_provider&group=region"),
    ("by-sku", "Last month by SKU", "Bill", "range=last_month&group=sku&top=10"),
    ("support", "Support by month", "Bill",
     f"{_MONTHS}&group=organization&f.charge_type=support"),
    ("credits", "Credits by month", "Bill",
     f"{_MONTHS}&group=organization&show=credits&f.charge_type=credit"),
)  # fmt: skip
BUILT_IN = tuple(
    SavedReport(name=name, title=title, folder=folder, address=address)
    for name, title, folder, address in _BUILT_IN
)
