"""Our own API: complaints that another program files with an API key."""

from shared.channel.port import Channel
from shared.channels.rest.inbound import RestReceives
from shared.written.by_mail import SendsByMail

channel = Channel(name="rest", title="REST API", receives=RestReceives(), sends=SendsByMail())
