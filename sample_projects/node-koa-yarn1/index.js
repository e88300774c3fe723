const Koa = require("koa");

const app = new Koa();
app.use(async (context) => {
  context.body = context.path === "/today" ? { sky: "clear" } : "hello from weather";
});

const server = app.listen(process.env.PORT || 4000);
process.on("SIGTERM", () => server.close(() => process.exit(0)));
