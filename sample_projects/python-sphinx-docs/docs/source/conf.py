project = "Handbook"
author = "The authors"
extensions = ["sphinx.ext.autosectionlabel"]
html_theme = "furo"
html_static_path = ["_static"]
exclude_patterns = ["_build"]
