"""Shell text that runs on a node around its reboot."""
