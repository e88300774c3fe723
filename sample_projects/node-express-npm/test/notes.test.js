const assert = require("node:assert");
const test = require("node:test");
const app = require("../app");

test("the notes are listed", async (t) => {
  const server = app.listen(0);
  t.after(() => server.close());
  const response = await fetch(`http://localhost:${server.address().port}/notes`);
  assert.strictEqual((await response.json())[0].text, "buy milk");
});
