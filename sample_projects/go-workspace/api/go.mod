module example.com/greetings/api

go 1.26

require example.com/greetings/shared v0.0.0

require github.com/dustin/go-humanize v1.1.0 // indirect

replace example.com/greetings/shared => ../shared
