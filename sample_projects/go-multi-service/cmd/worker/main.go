// Command worker handles orders until it is told to stop.
package main

import (
	"context"
	"log"
	"os/signal"
	"syscall"
	"time"

	"example.com/orders/internal/queue"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Second):
			log.Printf("waiting for orders like %+v", queue.Order{Item: "bolt", Count: 2})
		}
	}
}
