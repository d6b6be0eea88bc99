"""The site builds without a warning, its links lead somewhere, and the reference is complete."""

import html.parser
import importlib
import subprocess
import sys
import urllib.parse

import pytest

from tests.conftest import REPOSITORY

MODULES = [
    "pikelpn_keras",
    "pikelpn_keras.callbacks",
    "pikelpn_keras.cost",
    "pikelpn_keras.integer",
    "pikelpn_keras.interop",
    "pikelpn_keras.layers",
    "pikelpn_keras.models",
    "pikelpn_keras.quantizers",
    "tflite_export",
]


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The folder of the built site."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", folder]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder


class Page(html.parser.HTMLParser):
    """The anchors of a page, and its links to pages, pictures, styles and scripts."""

    def __init__(self, path):
        super().__init__()
        self.anchors, self.links = {""}, []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.anchors.add(attributes.get("id") or attributes.get("name") or "")
        link = attributes.get("href") or attributes.get("src")
        if link:
            self.links.append(urllib.parse.urlsplit(link))


def test_every_link_leads_somewhere(site):
    pages = {path: Page(path) for path in site.rglob("*.html") if path.name != "404.html"}
    assert len(pages) > 20
    broken = []
    for path, page in pages.items():
        for link in page.links:
            if link.scheme or link.netloc:
                continue
            target = (path.parent / urllib.parse.unquote(link.path)).resolve()
            target = path if not link.path else target / "index.html" if target.is_dir() else target
            known = target in pages and urllib.parse.unquote(link.fragment) in pages[target].anchors
            if not (known or (target.exists() and not link.fragment)):
                broken.append(f"{path.relative_to(site)}: {link.geturl()}")
    assert not broken, broken


def public_names():
    """The names of `__all__`; of `callbacks`, which has none, those that are its own."""
    for module_name in MODULES:
        module = importlib.import_module(module_name)
        own = [
            name
            for name, value in vars(module).items()
            if getattr(value, "__module__", None) == module_name
        ]
        for name in getattr(module, "__all__", own):
            if not name.startswith("_"):
                yield f"{module_name}.{name}"


def test_every_public_name_is_in_the_reference_with_a_docstring(site):
    """The reference leaves out what has no docstring (`show_if_no_docstring` of mkdocs.yml)."""
    anchors = set()
    for path in (site / "reference").rglob("*.html"):
        anchors |= Page(path).anchors
    names = list(public_names())
    assert len(names) > 80
    assert not [name for name in names if name not in anchors]
