GREETING = "hello from mandel"
