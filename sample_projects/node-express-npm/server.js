const app = require("./app");

const port = process.env.PORT || 3000;
const server = app.listen(port, "0.0.0.0", () => console.log(`listening on ${port}`));

process.on("SIGTERM", () => server.close(() => process.exit(0)));
