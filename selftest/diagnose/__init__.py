"""Tests of advice: causes and fixes."""
