"""Renders an invoice as PDF."""

from flask import Flask, Response
from weasyprint import HTML

app = Flask(__name__)


@app.get("/health")
def health() -> str:
    return "ok"


@app.get("/invoices/<int:number>")
def invoice(number: int) -> Response:
    page = HTML(string=f"<title>Invoice {number}</title><h1>Invoice {number}</h1><p>Größe: 3 × 4 m</p>")
    return Response(page.write_pdf(), mimetype="application/pdf")
