"""What goes wrong on real clusters, put into the lab and taken out again.

Each fault names the check that must find it; the selftests hold the suite to that.
"""
