"""What a model promises its readers: its grain, its columns and their types, its key."""

from dbt_score import Model, RuleViolation, rule

from dbt_project.rules.layers import is_mart

UNIQUE = {"unique", "unique_together", "primary_key"}


@rule
def states_its_grain(model: Model) -> RuleViolation | None:
    """The description says what one row is."""
    stated = "one row" in model.description.lower()
    return None if stated else RuleViolation("The description does not say what one row is.")


@rule
def mart_has_contract(model: Model) -> RuleViolation | None:
    """Users write queries against marts: columns and types change only with the contract."""
    enforced = model.config.get("contract", {}).get("enforced")
    return None if enforced or not is_mart(model) else RuleViolation("No enforced contract.")


@rule
def mart_has_key_test(model: Model) -> RuleViolation | None:
    """A test holds a mart to its grain, or `no_key` says why nothing can."""
    tests = [*model.tests, *(each for column in model.columns for each in column.tests)]
    held = any(each.type in UNIQUE for each in tests) or model.meta.get("no_key")
    return None if held or not is_mart(model) else RuleViolation("No test of its key.")
