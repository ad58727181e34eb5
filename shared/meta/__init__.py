"""What the channels of Meta share: signature, handshake, nesting of events, chats, the Graph API's errors."""
