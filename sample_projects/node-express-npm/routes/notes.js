const { Router } = require("express");

const notes = [{ id: 1, text: "buy milk" }];

const router = Router();
router.get("/", (req, res) => res.json(notes));

module.exports = router;
