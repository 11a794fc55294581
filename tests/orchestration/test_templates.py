"""Compiled templates are kept beside the models, and a build does without them."""

import jinja2
import pytest

from orchestration.refreshing import templates
from orchestration.refreshing.templates import Templates


@pytest.fixture
def file(tmp_path):
    return tmp_path / templates.FILE


def _kept(file, *sources):
    kept = Templates(file)
    kept.read()
    for source in sources:
        kept.compiled(jinja2.Environment(autoescape=True), source)
    kept.write()
    return kept


def _said(file, source, monkeypatch):
    """What a template says that is compiled by nobody."""

    def refuse(*_):
        raise AssertionError("compiled again")

    monkeypatch.setattr(templates, "_compile", refuse)
    kept = Templates(file)
    kept.read()
    environment = jinja2.Environment(autoescape=True)
    code = kept.compiled(environment, source)
    return jinja2.Template.from_code(environment, code, {}).render(name="Atlas")


def test_a_template_is_compiled_once_for_all_builds(file, monkeypatch):
    _kept(file, "{{ name }} costs {% if name %}money{% endif %}", "another")
    _kept(file, "a third")
    for source, said in (
        ("{{ name }} costs {% if name %}money{% endif %}", "Atlas costs money"),
        ("another", "another"), ("a third", "a third"),
    ):  # fmt: skip
        assert _said(file, source, monkeypatch) == said
        monkeypatch.undo()


def test_a_template_that_was_edited_is_compiled(file, monkeypatch):
    _kept(file, "{{ name }}")
    with pytest.raises(AssertionError, match="compiled again"):
        _said(file, "{{ name }} ", monkeypatch)


def test_another_environment_has_code_of_its_own(file):
    class Quiet(jinja2.Environment):
        pass

    kept = _kept(file, "{{ name }}")
    assert kept.compiled(Quiet(autoescape=True), "{{ name }}") is not kept.compiled(
        jinja2.Environment(autoescape=True), "{{ name }}"
    )


@pytest.mark.parametrize("content", [b"", b"no code", b"\xe3" * 40, b"i\x01\x00\x00\x00"])
def test_a_broken_file_is_as_none(file, content):
    file.write_bytes(content)
    kept = Templates(file)
    kept.read()
    assert kept.compiled(jinja2.Environment(autoescape=True), "{{ name }}")
    kept.write()
    assert file.read_bytes() != content


def test_where_code_may_not_be_written_nothing_is(file, monkeypatch):
    monkeypatch.setattr(templates, "IS_INSTALLED", True)
    _kept(file, "{{ name }}")
    assert not file.exists()


def test_old_ones_are_dropped_where_there_are_too_many(file, monkeypatch):
    monkeypatch.setattr(templates, "MOST", 3)
    _kept(file, "one", "two", "three")
    _kept(file, "four")
    kept = Templates(file)
    kept.read()
    assert len(kept._known) == 1


def test_other_options_are_another_template(file):
    kept = Templates(file)
    plain, escaping = (jinja2.Environment(autoescape=each) for each in (False, True))  # noqa: S701
    for environment in (plain, escaping):
        code = kept.compiled(environment, "{{ name }}")
        said = jinja2.Template.from_code(environment, code, {}).render(name="<b>")
        assert said == ("<b>" if environment is plain else "&lt;b&gt;")


def test_a_process_compiles_as_jinja_does_and_keeps_what_it_did(file, monkeypatch):
    monkeypatch.setattr(jinja2.Environment, "compile", jinja2.Environment.compile)
    monkeypatch.setattr(templates, "templates", Templates(file))
    templates.reuse()
    environment = jinja2.Environment(autoescape=True)
    assert environment.from_string("{{ name }}").render(name="Atlas") == "Atlas"
    parsed = environment.parse("{{ name }}!")
    assert environment.from_string(parsed).render(name="Atlas") == "Atlas!"
    assert environment.compile_expression("1 + 1")() == 2
    assert "def root" in environment.compile("{{ name }}", raw=True)
    assert len(templates.templates._new) == 1
    templates.templates.write()
    assert not templates.templates._new
    written = file.stat().st_mtime_ns
    templates.templates.write()
    assert file.stat().st_mtime_ns == written
