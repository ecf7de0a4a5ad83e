"""Answers to something people open. Computes no figure."""
