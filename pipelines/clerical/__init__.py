"""Clerical review: people look at a sample of pairs without knowing what the machine made of them, to measure it.

How a sample is drawn and what follows from its answers is the engine's (`pipelines.linkage`); cases that the machine
asks about are `pipelines.review`'s.
"""
