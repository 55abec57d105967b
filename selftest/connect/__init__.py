"""Tests of the wires, on loopback."""
