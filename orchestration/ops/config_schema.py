"""An action's config as the launchpad shows it: every field with its type, meaning and default."""

from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import dagster as dg
from pydantic import BaseModel
from pydantic.fields import FieldInfo

PLAIN = (str, int, float, bool)


def config_schema(kind: type[BaseModel]) -> dict[str, dg.Field]:
    """The config schema of an op; what a type cannot say, the action's own check does."""
    return {name: _field(field) for name, field in kind.model_fields.items()}


def _field(field: FieldInfo) -> dg.Field:
    config_type, is_optional = _config_type(field.annotation)
    description = field.description or ""
    if field.is_required():
        return dg.Field(config_type, description=description)
    default = field.get_default(call_default_factory=True)
    if is_optional and default is None:
        # left out, not None: the launchpad's scaffold then shows what must be given
        return dg.Field(dg.Noneable(config_type), is_required=False, description=description)
    return dg.Field(config_type, default_value=default, description=description)


def _config_type(annotation: Any) -> tuple[Any, bool]:  # noqa: ANN401  any annotation, any type
    """Dagster's type for an annotation, and whether it may be None."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _config_type(arguments[0])
    if origin in {Union, UnionType}:
        kinds = [each for each in arguments if each is not NoneType]
        inner = _config_type(kinds[0])[0] if len(kinds) == 1 else dg.Any
        return inner, NoneType in arguments
    if origin is not None:
        return _generic(origin, arguments), False
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        takes_more = annotation.model_config.get("extra") == "allow"
        shape = dg.Permissive if takes_more else dg.Shape
        return shape(config_schema(annotation)), False
    return (annotation if annotation in PLAIN else dg.Any), False


def _generic(origin: Any, arguments: tuple[Any, ...]) -> Any:  # noqa: ANN401  any type
    if origin is Literal:
        return _enumerated(arguments)
    if origin is list:
        return dg.Array(_config_type(arguments[0])[0])
    return dg.Permissive() if origin is dict else dg.Any  # type: ignore[no-untyped-call]


def _enumerated(values: tuple[Any, ...]) -> Any:  # noqa: ANN401  a Dagster type
    if not all(isinstance(each, str) for each in values):
        return type(values[0])
    name = f"OneOf_{'_'.join(str(each) for each in values)}"
    return dg.Enum(name, [dg.EnumValue(each) for each in values])
