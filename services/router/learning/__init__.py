"""What corrections and a company's history teach: a classifier that knows when it is not sure.

Nothing here is imported by the running services unless a model is in force: what it learns with (`learning.lock`) is
installed apart.
"""
