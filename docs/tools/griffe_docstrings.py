"""What mkdocstrings has to know of the sources: lazy names, and examples in docstrings."""

import ast
import re

import griffe

DOCTEST = re.compile(r"(?:^ *>>> .*\n?(?:^ *(?! *>>>)\S.*\n?)*)+", re.MULTILINE)


class LazyNames(griffe.Extension):
    """Makes the names that a module's `_NAMES` loads on first use members of the module."""

    def on_package(self, *, pkg, loader, **kwargs):
        for module in (pkg, *pkg.modules.values()):
            if "_NAMES" in module.members:
                for name, target in ast.literal_eval(str(module["_NAMES"].value)).items():
                    module.set_member(name, griffe.Alias(name, f"{target}.{name}"))
                    module.exports = [*(module.exports or []), name]


class Examples(griffe.Extension):
    """Fences doctests, which Markdown would take for quotations."""

    def on_object(self, *, obj, loader, **kwargs):
        if obj.docstring:
            obj.docstring.value = DOCTEST.sub(_fenced, obj.docstring.value)


def _fenced(match):
    return f"```pycon\n{match[0].rstrip()}\n```\n"
