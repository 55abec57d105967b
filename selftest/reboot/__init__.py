"""Tests of edgeproof.reboot: orders, boots, and what a node is compared by."""
