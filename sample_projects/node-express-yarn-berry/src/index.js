import { readFileSync } from "node:fs";
import express from "express";

const page = readFileSync(new URL("../views/index.html", import.meta.url), "utf8");
const app = express();
app.get("/", (request, response) => response.send(page));

app.listen(process.env.PORT || 8081);
