"""What is so: pure parsers beside the shell snippets they read, and the facts they make. Facts never judge."""
