"""How templates become pages."""

from jinja2 import FileSystemLoader

from pipelines.reports.languages import ENGLISH, VIETNAMESE
from pipelines.reports.rendering import environment


def test_templates_are_the_same_code_in_both_languages() -> None:
    """What one language's environment has compiled is used by the other: nothing of a language may be left in it."""
    vietnamese, english = environment(VIETNAMESE), environment(ENGLISH)
    loader = vietnamese.loader
    assert isinstance(loader, FileSystemLoader)
    names = [name for name in loader.list_templates() if name.endswith(".html")]
    assert names
    for name in names:
        source, path, _ = loader.get_source(vietnamese, name)
        assert vietnamese.compile(source, name, path, raw=True) == english.compile(source, name, path, raw=True)
