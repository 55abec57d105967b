"""In the wheel the suites lie here, for `pytest --pyargs edgeproof.suites.tests_node`; in a checkout, at its top level."""
