/* mount.nfs of the lab: a read-only NFS client over libnfs and FUSE, for machines whose kernel has no nfs module.
 *   mount.nfs SERVER:/EXPORT DIR [-o OPTIONS]
 * Its mounts read fuse.nfs in /proc/mounts. Connections are used one request at a time, several side by side. */
#define FUSE_USE_VERSION 312
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <fuse3/fuse.h>
#include <nfsc/libnfs.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { CONNECTIONS = 4, READ_BYTES = 1 << 20, RPC_TIMEOUT_MS = 15000 };

struct connection {
	struct nfs_context *nfs;
	pthread_mutex_t lock;
};

struct open_file {
	struct connection *connection;
	struct nfsfh *handle;
};

static struct connection connections[CONNECTIONS];
static unsigned next_connection;

static struct connection *acquire(void)
{
	unsigned first = __atomic_fetch_add(&next_connection, 1, __ATOMIC_RELAXED);
	for (int i = 0; i < CONNECTIONS; i++) {
		struct connection *c = &connections[(first + i) % CONNECTIONS];
		if (pthread_mutex_trylock(&c->lock) == 0)
			return c;
	}
	struct connection *c = &connections[first % CONNECTIONS];
	pthread_mutex_lock(&c->lock);
	return c;
}

static int release(struct connection *c, int result)
{
	pthread_mutex_unlock(&c->lock);
	return result;
}

static void to_stat(struct stat *to, const struct nfs_stat_64 *from)
{
	memset(to, 0, sizeof *to);
	to->st_ino = from->nfs_ino;
	to->st_mode = from->nfs_mode;
	to->st_nlink = from->nfs_nlink;
	to->st_uid = from->nfs_uid;
	to->st_gid = from->nfs_gid;
	to->st_size = from->nfs_size;
	to->st_blksize = from->nfs_blksize;
	to->st_blocks = (from->nfs_used + 511) / 512;
	to->st_atim.tv_sec = from->nfs_atime;
	to->st_mtim.tv_sec = from->nfs_mtime;
	to->st_ctim.tv_sec = from->nfs_ctime;
}

static int do_getattr(const char *path, struct stat *out, struct fuse_file_info *info)
{
	(void)info;
	struct nfs_stat_64 found;
	struct connection *c = acquire();
	int result = release(c, nfs_lstat64(c->nfs, path, &found));
	if (result == 0)
		to_stat(out, &found);
	return result;
}

static int do_readdir(const char *path, void *buffer, fuse_fill_dir_t fill, off_t offset,
		      struct fuse_file_info *info, enum fuse_readdir_flags flags)
{
	(void)offset; (void)info; (void)flags;
	struct nfsdir *directory;
	struct nfsdirent *entry;
	struct connection *c = acquire();
	int result = nfs_opendir(c->nfs, path, &directory);
	if (result != 0)
		return release(c, result);
	while ((entry = nfs_readdir(c->nfs, directory)) != NULL) {
		struct stat hint = {.st_ino = entry->inode, .st_mode = entry->mode};
		if (fill(buffer, entry->name, &hint, 0, 0))
			break;
	}
	nfs_closedir(c->nfs, directory);
	return release(c, 0);
}

static int do_readlink(const char *path, char *buffer, size_t size)
{
	struct connection *c = acquire();
	int result = release(c, nfs_readlink(c->nfs, path, buffer, size - 1));
	return result < 0 ? result : 0;
}

static int do_open(const char *path, struct fuse_file_info *info)
{
	if ((info->flags & O_ACCMODE) != O_RDONLY)
		return -EROFS;
	struct open_file *file = malloc(sizeof *file);
	if (file == NULL)
		return -ENOMEM;
	file->connection = acquire();
	int result = release(file->connection, nfs_open(file->connection->nfs, path, O_RDONLY, &file->handle));
	if (result != 0)
		free(file);
	else
		info->fh = (uintptr_t)file;
	return result;
}

static int do_read(const char *path, char *buffer, size_t size, off_t offset, struct fuse_file_info *info)
{
	(void)path;
	struct open_file *file = (struct open_file *)(uintptr_t)info->fh;
	size_t done = 0;
	while (done < size) {
		pthread_mutex_lock(&file->connection->lock);
		int got = release(file->connection, nfs_pread(file->connection->nfs, file->handle, offset + done,
							      size - done, buffer + done));
		if (got < 0)
			return done ? (int)done : got;
		if (got == 0)
			break;
		done += got;
	}
	return (int)done;
}

static int do_release(const char *path, struct fuse_file_info *info)
{
	(void)path;
	struct open_file *file = (struct open_file *)(uintptr_t)info->fh;
	pthread_mutex_lock(&file->connection->lock);
	release(file->connection, nfs_close(file->connection->nfs, file->handle));
	free(file);
	return 0;
}

static int do_statfs(const char *path, struct statvfs *out)
{
	struct connection *c = acquire();
	return release(c, nfs_statvfs(c->nfs, path, out));
}

static void *do_init(struct fuse_conn_info *connection, struct fuse_config *config)
{
	connection->max_readahead = connection->max_read = READ_BYTES;
	config->use_ino = 1;
	config->attr_timeout = config->entry_timeout = 1;
	config->auto_cache = 1;
	return NULL;
}

static const struct fuse_operations operations = {
	.init = do_init, .getattr = do_getattr, .readdir = do_readdir, .readlink = do_readlink,
	.open = do_open, .read = do_read, .release = do_release, .statfs = do_statfs,
};

static int fail(const char *source, const char *why)
{
	fprintf(stderr, "mount.nfs: mounting %s failed: %s\n", source, why);
	return 32; /* mount(8): mount failure */
}

static int version_of(const char *options, const char *program)
{
	const char *found = strstr(options, "vers=");
	if (found != NULL)
		return atoi(found + 5);
	return strstr(program, "nfs4") != NULL ? 4 : 3;
}

int main(int argc, char **argv)
{
	const char *source = NULL, *directory = NULL, *options = "";
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "-o") == 0 && i + 1 < argc)
			options = argv[++i];
		else if (argv[i][0] == '-')
			continue; /* mount(8) passes -s -n -v -w -r -f */
		else if (source == NULL)
			source = argv[i];
		else if (directory == NULL)
			directory = argv[i];
	}
	const char *colon = source != NULL ? strstr(source, ":/") : NULL;
	if (directory == NULL || colon == NULL) {
		fprintf(stderr, "usage: mount.nfs SERVER:/EXPORT DIR [-o OPTIONS]\n");
		return 1;
	}
	char *host = strndup(source, colon - source);
	for (int i = 0; i < CONNECTIONS; i++) {
		struct nfs_context *nfs = connections[i].nfs = nfs_init_context();
		pthread_mutex_init(&connections[i].lock, NULL);
		nfs_set_version(nfs, version_of(options, argv[0]));
		nfs_set_timeout(nfs, RPC_TIMEOUT_MS);
		if (nfs_mount(nfs, host, colon + 1) != 0)
			return fail(source, nfs_get_error(nfs));
		nfs_set_autoreconnect(nfs, -1);
	}
	char name[1024];
	snprintf(name, sizeof name, "-ofsname=%s,subtype=nfs,ro,allow_other,default_permissions,max_read=%d", source, READ_BYTES);
	char *fuse_argv[] = {"mount.nfs", name};
	struct fuse_args arguments = FUSE_ARGS_INIT(2, fuse_argv);
	struct fuse *fuse = fuse_new(&arguments, &operations, sizeof operations, NULL);
	if (fuse == NULL || fuse_mount(fuse, directory) != 0)
		return fail(source, "FUSE refused the mount");
	fuse_daemonize(0);
	fuse_set_signal_handlers(fuse_get_session(fuse));
	struct fuse_loop_config *loop = fuse_loop_cfg_create();
	fuse_loop_mt(fuse, loop);
	fuse_unmount(fuse);
	_exit(0);
}
