module example.com/ids

go 1.26

require github.com/rs/xid v1.6.0
