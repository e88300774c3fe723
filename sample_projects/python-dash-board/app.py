"""A board of one number."""

from dash import Dash, html

app = Dash(__name__, title="hello from board")
app.layout = html.Div([html.H1("42")])

if __name__ == "__main__":
    app.run(debug=True)
