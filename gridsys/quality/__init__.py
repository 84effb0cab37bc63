"""Findings tables: frames in, frames out."""
