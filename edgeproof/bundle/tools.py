"""The commands that every Linux machine has and that tell nothing of it: shells, coreutils and their like.

A bundle does not record them, and a replayed machine has them as they are (`id` reads its own /etc/passwd and /etc/group there).
"""

TOOLS = (
    "awk", "base64", "basename", "bash", "cat", "chmod", "chown", "cksum", "cmp", "comm", "cp", "cut", "dash", "date", "dd",
    "diff", "dirname", "du", "echo", "egrep", "env", "expand", "expr", "false", "fgrep", "find", "fold", "grep", "gunzip",
    "gzip", "head", "id", "install", "join", "kill", "ln", "ls", "md5sum", "mkdir", "mkfifo", "mktemp", "mv", "nice", "nl",
    "nohup", "numfmt", "od", "paste", "printenv", "printf", "pwd", "readlink", "realpath", "rm", "rmdir", "sed", "seq",
    "setsid", "sh", "sha1sum", "sha256sum", "shuf", "sleep", "sort", "split", "stat", "stdbuf", "sync", "tac", "tail", "tar",
    "tee", "test", "timeout", "touch", "tr", "true", "truncate", "uniq", "wc", "which", "xargs", "yes", "zcat", "zgrep", "[",
)  # fmt: skip
