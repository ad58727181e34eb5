"""The responder keeps the promises of time: clocks, acknowledgements, replies, steps, queue health."""
