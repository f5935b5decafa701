"""The durable job queue: work is a row first, the message bus only wakes workers."""
