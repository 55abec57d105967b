# How many files /mnt holds, the hash of their `listing` (facts/node/snippets/listing.sh), and /mnt's line of /proc/mounts.
cd /mnt && l=$(listing) && printf '%s' "$l" | grep -c .
printf '%s' "$l" | sha256sum | cut -c1-64
grep ' /mnt ' /proc/mounts
