import Fastify from "fastify";

import { quotes } from "./quotes.js";

const app = Fastify();
app.get("/", async () => ({ message: "hello from quotes" }));
app.get("/quotes", async () => quotes);

process.on("SIGTERM", () => void app.close().then(() => process.exit(0)));
await app.listen({ host: "0.0.0.0", port: Number(process.env.PORT ?? 3000) });
