const express = require("express");

const app = express();
app.use("/notes", require("./routes/notes"));
app.get("/", (req, res) => res.send("hello from notes-api"));

module.exports = app;
