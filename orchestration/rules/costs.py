"""Which costs a budget or a metric is about: what it looks at besides its conditions."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from orchestration.config.rule_file import Strict
from orchestration.config.yaml_file import Place, YamlFile
from orchestration.rules.conditions import When
from orchestration.rules.taxonomy import ChargeType

PRICING_CURRENCIES = {"dollars": "USD", "credits": "Atlas Credits"}
THE_TOTAL: tuple[ChargeType, ...] = ("usage", "support", "minimum_charge", "consulting")


def _once(value: list[ChargeType]) -> list[ChargeType]:
    if len(set(value)) != len(value):
        raise ValueError("must not name a charge type twice")
    return value


ChargeTypes = Annotated[list[ChargeType], Field(min_length=1), AfterValidator(_once)]


class Costs(Strict):
    """Costs that fulfil conditions, of some charge types, in one currency; by default the total."""

    when: When | None = None
    tags: Literal["current", "first_seen"] = "current"
    include: ChargeTypes = Field(default=list(THE_TOTAL))
    currency: Literal["dollars", "credits"] = "dollars"

    @property
    def pricing_currency(self) -> str:
        """As the marts spell it."""
        return PRICING_CURRENCIES[self.currency]

    def require_patterns(self, yaml_file: YamlFile, place: Place) -> None:
        """Refuse what is no regular expression.

        Raises:
            SettingsError: naming its line.
        """
        if self.when:
            self.when.require_patterns(yaml_file, (*place, "when"))
