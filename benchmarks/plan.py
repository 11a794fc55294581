"""What a capacity plan is made of: the installation that is planned, and what one of each takes."""

from dataclasses import dataclass

from orchestration.entities import names

# Asked for, polled, downloaded.
PER_REPORT = 3


@dataclass(frozen=True)
class Plan:
    """What is read, where, and at which price.

    Attributes:
        organizations: Each with a key of its own.
        projects: In each organization.
        clusters: In each project.
        asked_per_cluster: 2 for a flex cluster (snapshots, restores), 4 for a dedicated one.
        lines: In an organization's month.
        months: Of history, the pending one included.
        reports: Whether Atlas's FOCUS reports are read.
        restatement_months: Closed months that each refresh reads again.
        concurrency: Requests of an organization at once.
        workers: Processes that read.
        vcpus: Of the machine.
        memory_gb: Of the machine.
        window_h: In which a daily refresh is to be done.
        latency_ms: How long Atlas takes to answer.
        kept_days: For which days landing is counted.
        vcpu_hour: Price of a vCPU for an hour.
        gb_month: Price of a gigabyte for a month.
    """

    organizations: int = 1_000
    projects: int = 1
    clusters: int = 1
    asked_per_cluster: int = 2
    lines: int = 31
    months: int = 3
    reports: bool = True
    restatement_months: int = 3
    concurrency: int = 4
    workers: int = 4
    vcpus: int = 4
    memory_gb: float = 16.0
    window_h: float = 4.0
    latency_ms: float = 200.0
    kept_days: int = 365
    vcpu_hour: float = 0.05
    gb_month: float = 0.10

    @property
    def total_lines(self) -> int:
        """Of all organizations and months."""
        return self.organizations * self.lines * self.months

    def inventory_requests(self) -> int:
        """Of one organization, in each refresh."""
        in_project = len(names("project")) + self.clusters * self.asked_per_cluster
        return len(names("organization")) + self.projects * in_project

    def invoice_requests(self, *, first: bool) -> int:
        """Of one organization: the list, closed invoices, the pending one, and their reports."""
        closed = self.months - 1 if first else min(self.months - 1, self.restatement_months)
        changed = self.months if first else 1
        return 2 + closed + PER_REPORT * self.reports * changed

    def requests(self, *, first: bool) -> int:
        """Of one organization, with the challenge that each client of an API key answers."""
        challenges = min(self.concurrency, max(1, self.projects))
        return challenges + self.invoice_requests(first=first) + self.inventory_requests()


@dataclass(frozen=True)
class UnitCosts:
    """What one of each took, measured; docs/capacity.md says where and how.

    CPU is user and system seconds, memory bytes of resident size, landed bytes as files hold them.
    """

    worker_cpu_s: float = 2.2
    request_cpu_s: float = 0.0056
    read_line_cpu_s: float = 4.8e-6
    load_cpu_s: float = 0.6
    load_organization_cpu_s: float = 0.067
    load_organization_day_cpu_s: float = 0.019
    build_cpu_s: float = 47.0
    daily_build_cpu_s: float = 24.0
    build_organization_cpu_s: float = 0.011
    build_line_cpu_s: float = 38e-6
    publish_cpu_s: float = 1.1
    publish_organization_cpu_s: float = 0.056
    observation_cpu_s: float = 18e-6
    organization_bytes: float = 8_443
    invoice_bytes: float = 968
    line_bytes: float = 75
    organization_day_bytes: float = 1_534
    organization_files: int = 11
    files_a_day: int = 3
    observations_a_day: int = 5
    observation_bytes: float = 910
    process_bytes: float = 338 * 2**20
    worker_bytes: float = 165 * 2**20
    organization_memory: float = 0.54 * 2**20
    built_bytes: float = 46.7e6
    built_organization_bytes: float = 72_000
    built_line_bytes: float = 58
