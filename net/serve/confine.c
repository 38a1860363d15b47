/* The filter of seccomp names what is refused rather than what is allowed: a C
 * library may use this call or that, but none that is in the list. */
#include "net/serve/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "net/core/buf.h"
#include "net/landlock.h"

#if defined(__linux__) && defined(__has_include)
#if __has_include(<linux/seccomp.h>) && __has_include(<linux/audit.h>)
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#if defined(__x86_64__) && defined(__LP64__)
#define CONFINE_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__) && defined(__LP64__)
#define CONFINE_ARCH AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define CONFINE_ARCH AUDIT_ARCH_RISCV64
#endif
#endif
#endif

/* These write or trace what the walls forbid. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) ||           \
    defined(UNCONFINED)
#undef CONFINE_ARCH
#endif

int
confine_find(struct confine_user *u, const char *name, struct err *e)
{
	errno = 0;
	const struct passwd *pw = getpwnam(name);
	if (pw == NULL)
		return err_set(e, ERR_USAGE, "--run-as %s: %s", name,
		    errno == 0 ? "no such user" : strerror(errno));
	*u = (struct confine_user){ mem_dup(name), pw->pw_uid, pw->pw_gid };
	if (geteuid() == 0 || pw->pw_uid == geteuid())
		return 0;
	return err_set(e, ERR_USAGE,
	    "--run-as %s: only root can become another user", name);
}

void
confine_release(struct confine_user *u)
{
	free(u->name);
	u->name = NULL;
}

int
confine_become(const struct confine_user *u, struct err *e)
{
	if (geteuid() != 0)
		return 0;
	if (initgroups(u->name, u->gid) != 0 || setgid(u->gid) != 0 ||
	    setuid(u->uid) != 0)
		return err_set(e, ERR_BUG, "cannot become %s: %s", u->name,
		    strerror(errno));
	if (u->uid != 0 && (setuid(0) == 0 || geteuid() != u->uid))
		return err_set(e, ERR_BUG,
		    "cannot become %s: root is a step away", u->name);
	return 0;
}

/* Delivery makes files in tmp and renames them to new. */
static int
confine_files(const char *const folders[2], const char *sockets, struct err *e)
{
	struct landlock_path path[4];
	size_t n = 0;
	for (size_t i = 0; i < 2; i++)
		if (folders[i] != NULL)
			path[n++] = (struct landlock_path){ folders[i],
				LANDLOCK_READ | LANDLOCK_WRITE | LANDLOCK_MAKE |
				    LANDLOCK_REMOVE,
				true };
	if (sockets != NULL)
		path[n++] =
		    (struct landlock_path){ sockets, LANDLOCK_REMOVE, true };
	path[n++] =
	    (struct landlock_path){ "/dev/urandom", LANDLOCK_READ, true };
	int r = landlock_hold(path, n, false, e);
	return r == 1 ? CONFINE_FILES : r;
}

#if defined(CONFINE_ARCH)

/* Programs, connections, other processes, and what walks around Landlock: its
 * rules know no modes and owners, no handles, no rings. */
static const int confine_refused[] = {
	SYS_execve,
	SYS_execveat,
	SYS_connect,
	SYS_socket,
	SYS_socketpair,
	SYS_bind,
	SYS_listen,
	SYS_ptrace,
	SYS_process_vm_readv,
	SYS_process_vm_writev,
	SYS_kill,
	SYS_tkill,
	SYS_rt_sigqueueinfo,
	SYS_fchmod,
	SYS_fchmodat,
	SYS_fchown,
	SYS_fchownat,
	SYS_setxattr,
	SYS_lsetxattr,
	SYS_fsetxattr,
	SYS_mknodat,
	SYS_symlinkat,
	SYS_open_by_handle_at,
	SYS_mount,
	SYS_umount2,
	SYS_pivot_root,
	SYS_chroot,
	SYS_unshare,
	SYS_setns,
	SYS_init_module,
	SYS_finit_module,
	SYS_delete_module,
	SYS_kexec_load,
	SYS_reboot,
	SYS_swapon,
	SYS_swapoff,
	SYS_sethostname,
	SYS_settimeofday,
	SYS_clock_settime,
	SYS_adjtimex,
	SYS_acct,
	SYS_add_key,
	SYS_request_key,
	SYS_keyctl,
	SYS_bpf,
	SYS_perf_event_open,
	SYS_userfaultfd,
	SYS_memfd_create,
	SYS_personality,
#ifdef SYS_chmod
	SYS_chmod,
	SYS_chown,
	SYS_lchown,
	SYS_mknod,
	SYS_symlink,
#endif
#ifdef SYS_io_uring_setup
	SYS_io_uring_setup,
	SYS_io_uring_enter,
	SYS_io_uring_register,
#endif
#ifdef SYS_pidfd_send_signal
	SYS_pidfd_send_signal,
#endif
#ifdef SYS_pidfd_getfd
	SYS_pidfd_getfd,
#endif
#ifdef SYS_open_tree
	SYS_open_tree,
	SYS_move_mount,
	SYS_fsopen,
#endif
};

#define CONFINE_NREFUSED (sizeof confine_refused / sizeof *confine_refused)
/* x86-64's second table of calls (x32), and no other machine's numbers. */
#define CONFINE_X32 0x40000000

static struct sock_filter
confine_op(unsigned code, uint32_t k, unsigned char yes, unsigned char no)
{
	return (struct sock_filter){ (unsigned short)code, yes, no, k };
}

static bool
confine_syscalls(void)
{
	const uint32_t refuse = SECCOMP_RET_ERRNO | EPERM;
	struct sock_filter f[CONFINE_NREFUSED + 8];
	_Static_assert(CONFINE_NREFUSED < 250, "jumps have 8 bits");
	unsigned short n = 0;
	f[n++] = confine_op(BPF_LD | BPF_W | BPF_ABS,
	    offsetof(struct seccomp_data, arch), 0, 0);
	f[n++] = confine_op(BPF_JMP | BPF_JEQ | BPF_K, CONFINE_ARCH, 1, 0);
	f[n++] = confine_op(BPF_RET | BPF_K, refuse, 0, 0);
	f[n++] = confine_op(
	    BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
	f[n++] = confine_op(BPF_JMP | BPF_JGE | BPF_K, CONFINE_X32,
	    (unsigned char)(CONFINE_NREFUSED + 1), 0);
	for (size_t i = 0; i < CONFINE_NREFUSED; i++)
		f[n++] = confine_op(BPF_JMP | BPF_JEQ | BPF_K,
		    (uint32_t)confine_refused[i],
		    (unsigned char)(CONFINE_NREFUSED - i), 0);
	f[n++] = confine_op(BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
	f[n++] = confine_op(BPF_RET | BPF_K, refuse, 0, 0);
	const struct sock_fprog program = { n, f };
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}

#else

static bool
confine_syscalls(void)
{
	return false;
}

#endif

int
confine_run(
    const char *folder, const char *store, const char *sockets, struct err *e)
{
	const char *const folders[2] = { folder, store };
#if defined(CONFINE_ARCH)
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return 0;
#endif
	int held = confine_files(folders, sockets, e);
	if (held >= 0 && confine_syscalls())
		held |= CONFINE_SYSCALLS;
	return held;
}
