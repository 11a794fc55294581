"""Random bills and rules, and what each rule means, written again in Python."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from orchestration.rules.allocation import Key, Rule
from orchestration.rules.conditions import OPERATORS, Condition, When

Line = dict[str, Any]
NONE, UNTAGGED = "(none)", "(untagged)"
PROJECTS = {"p1": "shop-web", "p2": "Shop Web", "p3": "vault"}
FIRST_DAY = date(2026, 5, 29)
NAMES = {"project": ("project_name", "project_id"), "organization": ("org_name", "org_id"),
         "resource": ("resource_name", "resource_id"), "invoice": ("invoice_id",),
         "cluster": ("cluster_name",)}  # fmt: skip
TESTS = {
    "is": lambda text, one: text == one,
    "contains": lambda text, one: one.lower() in text.lower(),
    "starts": lambda text, one: text.lower().startswith(one.lower()),
    "ends": lambda text, one: text.lower().endswith(one.lower()),
    "regex": lambda text, one: re.search(one, text) is not None,
    "flexible": lambda text, one: _loose(text) == _loose(one),
}
WHOLE = ("is", "is_not", "flexible")
TEXTS = ["shop-web", "SHOP_WEB", "web", "vault", "p1", "Backup", "Support", "core", "o1", "support",
         NONE, UNTAGGED]  # fmt: skip
PARTS = ["SHOP", "web", "back", "up", "o", "1", "("]
PATTERNS = ["^shop", "[0-9]$", "b.*k", "(?i)WEB"]


def _loose(text: str) -> str:
    return re.sub("[ _-]+", "", text.lower())


@st.composite
def lines(draw: st.DrawFn) -> Line:
    """A line on one of six days around the end of May, of one of two organizations."""
    project = draw(st.sampled_from([*PROJECTS, None]))
    org = draw(st.sampled_from(["o1", "o2"]))
    day = FIRST_DAY + timedelta(days=draw(st.integers(0, 5)))
    tags = st.dictionaries(
        st.sampled_from(["team", "env"]), st.lists(st.sampled_from(["web", "core"]), max_size=2)
    )
    return {
        "usage_date": day,
        "invoice_month": day.replace(day=1),
        "org_id": org,
        "org_name": org.upper(),
        "project_id": project,
        "project_name": PROJECTS.get(project or ""),
        "resource_id": f"{project}-{draw(st.integers(1, 2))}",
        "resource_name": draw(st.sampled_from(["orders", "Orders DB"])),
        "resource_type": "cluster",
        "service": draw(st.sampled_from(["Clusters", "Backup", "Support"])),
        "charge_type": draw(st.sampled_from(["usage", "usage", "support", "credit"])),
        "pricing_currency": "USD" if org == "o1" else "Atlas Credits",
        "category": draw(st.sampled_from(["Flex", None])),
        "sku": draw(st.sampled_from(["A", "B"])),
        "tags": draw(tags),
        "tags_first_seen": draw(tags),
        "cost_cents": draw(st.integers(-300, 2000)),
    }


DIMENSIONS = st.sampled_from(
    ["project", "service", "charge_type", "category", "sku", "organization", "resource", "cluster",
     "tag:team", "tag:env"]
)  # fmt: skip


OPERANDS = {name: st.sampled_from(TEXTS) for name in OPERATORS} | {
    "regex": st.sampled_from(PATTERNS),
    "starts": st.sampled_from(PARTS),
    "ends": st.sampled_from(PARTS),
}


def condition(operator: str) -> st.SearchStrategy[dict[str, Any]]:
    """A condition with this operator."""
    operands = st.lists(OPERANDS[operator], min_size=1, max_size=2, unique=True)
    # projects have the names that operators tell apart
    dimension = st.one_of(st.just("project"), DIMENSIONS)
    return st.fixed_dictionaries({"dimension": dimension, operator: operands})


def conditions() -> st.SearchStrategy[dict[str, Any]]:
    return st.sampled_from(list(OPERATORS)).flatmap(condition)


ONE_OF_EACH = st.tuples(*(condition(operator) for operator in OPERATORS)).map(
    lambda found: [
        Key.model_validate({"key": f"k{n}", "rules": [{"value": "v", "when": {"all": [one]}}]})
        for n, one in enumerate(found)
    ]
)
WHEN = st.fixed_dictionaries(
    {"all": st.lists(conditions(), max_size=2), "any": st.lists(conditions(), max_size=2)}
).filter(lambda when: when["all"] or when["any"])
VALUES = st.lists(st.sampled_from(["web", "core", "ops"]), min_size=1, max_size=3, unique=True)
SPLITS = st.fixed_dictionaries(
    {"by": st.sampled_from(["cost", "equal"]), "over": st.sampled_from(["day", "month"]),
     "within": st.sampled_from(["organization", "all"])},
    optional={"to": VALUES},
)  # fmt: skip
PERCENTS = st.sampled_from(
    [{"web": "60", "core": "40"}, {"web": "33.3", "core": "33.3", "ops": "33.4"},
     {"web": "0.000001", "core": "99.999999"}, {"ops": "100"}]
)  # fmt: skip
DAYS = st.integers(0, 6).map(lambda days: FIRST_DAY + timedelta(days=days))
OUTCOMES = st.one_of(
    st.builds(lambda value: {"value": value}, st.sampled_from(["web", "core"])),
    st.builds(lambda dimension: {"value_from": dimension}, DIMENSIONS),
    st.builds(lambda percent: {"percent": percent}, PERCENTS),
    st.builds(lambda split: {"split": split}, SPLITS),
)
RULES = st.builds(
    lambda outcome, more: {**outcome, **more},
    OUTCOMES,
    st.fixed_dictionaries({}, optional={"when": WHEN, "from": DAYS}),
)
KEYS = st.lists(
    st.fixed_dictionaries(
        {"tags": st.sampled_from(["current", "first_seen"]), "rules": st.lists(RULES, max_size=4)}
    ),
    min_size=1,
    max_size=2,
).map(lambda keys: [Key.model_validate({"key": f"k{n}", **key}) for n, key in enumerate(keys)])


def texts_of(line: Line, dimension: str, tags: str) -> list[str]:
    """What a condition on a dimension is tested with: the text that people see, then ids."""
    if dimension.startswith("tag:"):
        of_line = line["tags" if tags == "current" else "tags_first_seen"]
        values = sorted(set(of_line.get(dimension.removeprefix("tag:"), [])))
        return [", ".join(values) or UNTAGGED]
    name, *ids = NAMES.get(dimension, (dimension,))
    return [line.get(name) or NONE, *(line[each] for each in ids if line[each])]


def _holds(line: Line, condition: Condition, tags: str) -> bool:
    [(name, operands)] = condition._tests().items()
    test = TESTS[name.removeprefix("is_").removeprefix("not_").replace("not", "is")]
    seen, *ids = texts_of(line, condition.dimension, tags)
    texts = [seen, *(ids if name.removeprefix("not_") in WHOLE else ())]
    return any(test(text, one) for text in texts for one in operands) is not ("not" in name)


def fits(line: Line, when: When | None, tags: str) -> bool:
    """All of the first and any of the second."""
    return when is None or (
        all(_holds(line, each, tags) for each in when.all)
        and (not when.any or any(_holds(line, each, tags) for each in when.any))
    )


def first_rule(line: Line, key: Key) -> tuple[str, Rule | None, str | None]:
    """The rule that counts for a line, what it is called, and its value where that is fixed."""
    for number, rule in enumerate(key.rules, start=1):
        if fits(line, rule.when, key.tags) and line["usage_date"] >= (rule.first_day or date.min):
            if rule.value_from is None:
                return f"rule {number}", rule, rule.value
            value = texts_of(line, rule.value_from, key.tags)[0]
            if value not in (NONE, UNTAGGED):
                return f"rule {number}: value of {rule.value_from}", rule, value
    return "default", None, key.default


def first_rules(bill: list[Line], keys: list[Key]) -> Iterator[tuple[Line, Key, tuple[Any, ...]]]:
    """Each line with each key, and what first_rule says of it."""
    for line in bill:
        for key in keys:
            yield line, key, first_rule(line, key)
