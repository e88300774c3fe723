module example.com/greetings/shared

go 1.26

require github.com/dustin/go-humanize v1.1.0
