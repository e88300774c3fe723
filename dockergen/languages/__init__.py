"""One module or folder per language, each declaring LANGUAGE; discovery finds them."""
