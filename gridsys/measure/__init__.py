"""Indicators: frames in, frames out."""
