const http = require("node:http");
const { formatISO } = require("date-fns");

const server = http.createServer((request, response) => {
  response.end(request.url === "/now" ? formatISO(new Date()) : "hello from clock");
});
server.listen(process.env.PORT || 3000);
process.on("SIGTERM", () => server.close(() => process.exit(0)));
