"""Parsers of file formats that languages share: text in, frozen values out, never an exception on junk."""
