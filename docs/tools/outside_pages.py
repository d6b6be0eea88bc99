"""MkDocs hook: pages that lie elsewhere in the repository, the links to them, and made pages."""

import pathlib
import re

from mkdocs.structure.files import File

REPOSITORY = pathlib.Path(__file__).parents[2]
PAGES = {
    "android_demo/arm_check.md": "arm_check.md",
    "android_demo/coral/README.md": "coral.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "LICENSE": "LICENSE",
    "README.md": "index.md",
}


def on_files(files, config):
    """Adds the pages."""
    for source, page in PAGES.items():
        files.append(File.generated(config, page, abs_src_path=str(REPOSITORY / source)))
    return files


def on_page_markdown(markdown, page, **kwargs):
    """Turns links that are right in the repository into those of the site."""
    above = "../" * page.file.src_uri.count("/")
    for source, target in PAGES.items():
        markdown = markdown.replace(f"]({above}../{source}", f"]({above}{target}")
    markdown = re.sub(r"\]\((?:\.\./)*(notebooks/\w+)\.ipynb", rf"]({above}\1.md", markdown)
    if page.file.src_uri in PAGES.values():
        markdown = re.sub(r"\]\((?:\.\./)*docs/", "](", markdown)
        for source, target in PAGES.items():
            markdown = markdown.replace(f"]({source}", f"]({target}")
    return markdown
