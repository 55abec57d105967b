"""In the wheel the three suites lie here, for `pytest --pyargs edgeproof.suites.tests_node`; in a checkout, at its top level."""
