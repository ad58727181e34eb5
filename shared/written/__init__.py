"""Complaints that a client wrote in our own shape, for the channels that take them: REST, `webhook`, the web form."""
