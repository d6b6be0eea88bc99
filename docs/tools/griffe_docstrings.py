"""What mkdocstrings has to know of the sources: lazy names, and the style of docstrings."""

import ast
import re
import textwrap

import griffe

DOCTEST = re.compile(r"(?:^ *>>> .*\n?(?:^ *(?! *>>>)\S.*\n?)*)+", re.MULTILINE)
RETURNS = re.compile(r"^Returns:\n((?: {4}.*\n?|\n)+)", re.MULTILINE)


class LazyNames(griffe.Extension):
    """Makes the names that a module's `_NAMES` loads on first use members of the module."""

    def on_package(self, *, pkg, loader, **kwargs):
        for module in (pkg, *pkg.modules.values()):
            if "_NAMES" in module.members:
                for name, target in ast.literal_eval(str(module["_NAMES"].value)).items():
                    module.set_member(name, griffe.Alias(name, f"{target}.{name}"))
                    module.exports = [*(module.exports or []), name]


class Docstrings(griffe.Extension):
    """Fences doctests, which Markdown takes for quotations, and makes text of what is returned.

    Google's style has types in front of what is returned; here it is one sentence.
    """

    def on_object(self, *, obj, loader, **kwargs):
        if obj.docstring:
            text = DOCTEST.sub(_fenced, obj.docstring.value)
            obj.docstring.value = RETURNS.sub(_returned, text)


def _fenced(match):
    return f"```pycon\n{match[0].rstrip()}\n```\n"


def _returned(match):
    return f"**Returns:**\n\n{textwrap.dedent(match[1])}"
