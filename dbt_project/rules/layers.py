"""Which layer may read which, and what each is called."""

from dbt_score import Exposure, Model, RuleViolation, Source, rule
from dbt_score.models import ChildType, ParentType

MAY_READ = {
    "staging": {"sources"},
    "intermediate": {"seeds", "staging", "intermediate"},
    "marts": {"seeds", "staging", "intermediate", "marts"},
    "build": {"intermediate", "marts", "build"},
}


def layer(node: ParentType | ChildType) -> str:
    """The folder of models that a node is in, `sources` or `seeds`."""
    if isinstance(node, Source):
        return "sources"
    folder, name, *_ = node.original_file_path.split("/")
    return name if folder == "models" else folder


def is_mart(node: ParentType | ChildType) -> bool:
    """Whether a node is published; what marts are made of is in folders of theirs."""
    return node.original_file_path.startswith("models/marts/") and (
        node.original_file_path.count("/") == 2
    )


@rule
def reads_layers_below(model: Model) -> RuleViolation | None:
    """Staging reads sources, intermediate reads no mart, marts read no source."""
    if model.meta.get("reads_beside"):  # says why
        return None
    beside = [each.name for each in model.parents if layer(each) not in MAY_READ[layer(model)]]
    return RuleViolation(f"Reads {', '.join(beside)}.") if beside else None


@rule
def staging_reads_one_source(model: Model) -> RuleViolation | None:
    """A staging model renames one source."""
    sources = [each for each in model.parents if isinstance(each, Source)]
    if layer(model) == "staging" and len(sources) != 1:
        return RuleViolation(f"Reads {len(sources)} sources.")
    return None


@rule
def source_is_read_once(source: Source) -> RuleViolation | None:
    """One staging model reads a source, so that it is renamed in one place."""
    readers = [each.name for each in source.children if isinstance(each, Model)]
    return None if len(readers) == 1 else RuleViolation(f"Read by {readers}.")


@rule
def page_reads_marts(exposure: Exposure) -> RuleViolation | None:
    """A page reads what is published and nothing else."""
    others = [each.name for each in exposure.parents if not is_mart(each)]
    return RuleViolation(f"Reads {', '.join(others)}.") if others else None


@rule
def is_named_by_layer(model: Model) -> RuleViolation | None:
    """stg_<source>__<entity>, int_<what>, and marts as their readers say."""
    expected = "int_"
    if layer(model) == "staging":
        source = next(each for each in model.parents if isinstance(each, Source))
        expected = f"stg_{source.source_name}__"
    if layer(model) == "build" or is_mart(model):
        is_free = not model.name.startswith(("int_", "stg_"))
        return None if is_free else RuleViolation("A mart is called as no layer is.")
    return None if model.name.startswith(expected) else RuleViolation(f"Not called {expected}….")
