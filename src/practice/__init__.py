"""A Slack workspace in one process, to practise and test on. It knows nothing of the app that connects to it.

Run it with ``python -m practice --port 8765``; from code use :func:`practice.server.running`.
"""
