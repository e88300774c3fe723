"""Quotations over HTTP."""
