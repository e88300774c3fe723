"""Starts the chat on this machine; in production a server imports `app`."""

from chat import app

if __name__ == "__main__":
    app.run(debug=True, port=5005)
