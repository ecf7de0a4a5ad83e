"""How Sphinx builds the site; see build.py."""

import rev603

project = "rev603"
author = "The rev603 authors"
release = rev603.__version__
extensions = ["sphinx.ext.autodoc", "sphinx.ext.autosummary", "sphinx.ext.napoleon", "myst_nb"]
html_theme = "furo"
html_title = "rev603"
html_show_copyright = False
autosummary_generate = True
autodoc_typehints = "none"  # the docstrings say it in words
napoleon_google_docstring = False
nb_execution_mode = "off"  # the notebooks are run by the tests, and shown as they were saved
suppress_warnings = ["myst.header", "mystnb.unknown_mime_type"]
