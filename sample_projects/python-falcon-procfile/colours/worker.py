"""Would take work from a queue."""

print("nothing to do")
