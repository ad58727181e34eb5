"""What the channels of Meta share: the signature, the handshake, the nesting of events, the Graph API's errors."""
