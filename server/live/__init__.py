"""The sockets: authenticate, bound, queue, fan out."""
