"""The channel port: everything that a way in and out has to bring, and nothing about any of them."""
