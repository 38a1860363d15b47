/* A server that misbehaves: hostile CASE FOLDER. Listens on a port of
 * loopback, prints it, serves one connection as the case says, ends. FOLDER
 * gets "sent", the client's command lines, and "body", its mail text with
 * transparency removed; `hostile --list` names the cases. */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>
#include "cases.h"

static int hostile_fd;
static FILE *hostile_sent;
static char hostile_in[65536];
static size_t hostile_have;

static void
hostile_end(void)
{
	fclose(hostile_sent);
	exit(0);
}

static bool
hostile_write(const char *p, size_t len)
{
	while (len > 0) {
		ssize_t n = send(hostile_fd, p, len, MSG_NOSIGNAL);
		if (n < 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

static void
hostile_say(const char *reply)
{
	char b[1024];
	size_t len = strlen(reply);
	for (size_t i = 0; i < len; i++)
		b[i] = (char)(reply[i] == '\5' ? '\0' : reply[i]);
	hostile_write(b, len);
}

/* More octets behind those that are there; the end when the client goes. */
static void
hostile_more(void)
{
	ssize_t n = recv(hostile_fd, hostile_in + hostile_have,
	    sizeof hostile_in - hostile_have, 0);
	if (n <= 0)
		hostile_end();
	hostile_have += (size_t)n;
}

/* Until the client goes. */
static void
hostile_wait(void)
{
	for (;;) {
		hostile_have = 0;
		hostile_more();
	}
}

static void
hostile_reset(void)
{
	struct linger l = { 1, 0 };
	setsockopt(hostile_fd, SOL_SOCKET, SO_LINGER, &l, sizeof l);
	close(hostile_fd);
	hostile_end();
}

/* At most 400 MB. */
static void
hostile_flood(const char *first, const char *again)
{
	static char block[65536];
	size_t n = strlen(again), len = 0;
	for (; len + n <= sizeof block; len += n)
		memcpy(block + len, again, n);
	hostile_say(first);
	for (int i = 0; i < 6400; i++)
		if (!hostile_write(block, len))
			break;
	hostile_end();
}

static void
hostile_drip(const char *reply)
{
	for (const char *p = reply; *p != '\0'; p++) {
		hostile_write(p, 1);
		usleep(1000);
	}
}

static void
hostile_long_keyword(void)
{
	hostile_say("250-x\r\n250-");
	for (int i = 0; i < 4096; i++)
		hostile_write("KKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKK"
			      "KKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKK"
			      "KKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKK"
			      "KKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKK"
			      "KKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKK"
			      "KKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKK"
			      "KKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKK"
			      "KKKKKKKKKKKKKKKKKKKKKKKKKKKKKKKK",
		    256);
	hostile_say("\r\n250 SIZE\r\n");
}

/* Some of the text, a refusal, and no more of it read. */
static void
hostile_early_554(void)
{
	hostile_say("354 go\r\n");
	hostile_have = 0;
	hostile_more();
	hostile_say("554 5.7.1 stop\r\n");
	shutdown(hostile_fd, SHUT_WR);
	hostile_wait();
}

static void
hostile_no_read(void)
{
	char c;
	hostile_say("354 go\r\n");
	/* The client goes: then there is an end behind what it sent. */
	for (;;) {
		usleep(100000);
		if (send(hostile_fd, "", 0, MSG_NOSIGNAL) < 0 ||
		    recv(hostile_fd, &c, 1, MSG_PEEK | MSG_DONTWAIT) == 0)
			hostile_end();
	}
}

static bool
hostile_line(char *line, size_t size)
{
	char *lf;
	while ((lf = memchr(hostile_in, '\n', hostile_have)) == NULL) {
		if (hostile_have == sizeof hostile_in)
			hostile_have = 0;
		hostile_more();
	}
	size_t n = (size_t)(lf - hostile_in) + 1;
	size_t keep = n < size ? n : size - 1;
	memcpy(line, hostile_in, keep);
	line[keep] = '\0';
	line[strcspn(line, "\r\n")] = '\0';
	hostile_have -= n;
	memmove(hostile_in, hostile_in + n, hostile_have);
	return n >= 2;
}

static void
hostile_huge_334(void)
{
	char line[256];
	hostile_say("334 ");
	for (int i = 0; i < 65536; i++)
		if (!hostile_write(
			"QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB"
			"QUFBQUFBQUFBQUFBQUFB",
			64))
			hostile_end();
	hostile_say("\r\n");
	hostile_line(line, sizeof line);
}

static void
hostile_endless_334(void)
{
	char line[4096];
	for (;;) {
		hostile_say("334 UGFzc3dvcmQ6\r\n");
		hostile_line(line, sizeof line);
		fprintf(hostile_sent, "334: %s\n", line);
	}
}

static void hostile_reply(const char *reply, const char *usual);

static void
hostile_act(const char *act, const char *usual)
{
	if (strcmp(act, "close") == 0)
		hostile_end();
	else if (strcmp(act, "ok-close") == 0)
		hostile_say(usual), hostile_end();
	else if (strcmp(act, "cut") == 0)
		hostile_say("250 que"), hostile_end();
	else if (strcmp(act, "reset") == 0)
		hostile_reset();
	else if (strcmp(act, "wait") == 0)
		hostile_wait();
	else if (strcmp(act, "long-line") == 0)
		hostile_flood("220 ", "AAAAAAAAAAAAAAAA");
	else if (strcmp(act, "lines") == 0)
		hostile_flood("", *usual == '2' && usual[1] == '2'
				      ? "220-yyyyyyyyyy\r\n"
				      : "250-XYZ param\r\n");
	else if (strcmp(act, "drip") == 0)
		hostile_drip(usual);
	else if (strcmp(act, "long-keyword") == 0)
		hostile_long_keyword();
	else if (strcmp(act, "half-close") == 0)
		hostile_say(usual), shutdown(hostile_fd, SHUT_WR),
		    hostile_wait();
	else if (strcmp(act, "urgent") == 0)
		send(hostile_fd, "!", 1, MSG_OOB | MSG_NOSIGNAL),
		    hostile_say(usual);
	else if (strcmp(act, "early-554") == 0)
		hostile_early_554();
	else if (strcmp(act, "no-read") == 0)
		hostile_no_read();
	else if (strcmp(act, "huge-334") == 0)
		hostile_huge_334();
	else if (strcmp(act, "endless-334") == 0)
		hostile_endless_334();
	else if (strncmp(act, "go-", 3) == 0) {
		hostile_say("220 go\r\n");
		if (strcmp(act, "go-garbage") == 0) {
			hostile_have = 0;
			hostile_more();
			hostile_say("250 plain\r\n");
		}
		if (strcmp(act, "go-close") == 0)
			hostile_end();
		hostile_wait();
	} else {
		fprintf(stderr, "no act @%s\n", act);
		exit(2);
	}
}

static void
hostile_reply(const char *reply, const char *usual)
{
	if (reply == NULL)
		reply = usual;
	if (*reply == '@')
		hostile_act(reply + 1, usual);
	else
		hostile_say(reply);
}

static FILE *
hostile_open(const char *folder, const char *name)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *f = fopen(path, "w");
	if (f == NULL) {
		perror(path);
		exit(2);
	}
	setvbuf(f, NULL, _IOLBF, 0);
	return f;
}

/* Mail text up to CRLF.CRLF, by a machine of its own: nothing here comes from
 * the program under test. A bare CR or LF is told as a command line. */
static void
hostile_text(const char *folder)
{
	FILE *body = hostile_open(folder, "body");
	enum { START, DOT, DOT_CR, IN, CR } st = START;
	setvbuf(body, NULL, _IOFBF, 65536);
	for (;;) {
		size_t i = 0;
		for (; i < hostile_have; i++) {
			char c = hostile_in[i];
			if (st == START && c == '.') {
				st = DOT;
				continue;
			}
			if (st == DOT && c == '\r') {
				st = DOT_CR;
				continue;
			}
			if (st == DOT_CR && c == '\n') {
				i++;
				hostile_have -= i;
				memmove(
				    hostile_in, hostile_in + i, hostile_have);
				fclose(body);
				return;
			}
			if (st == DOT_CR)
				fputs("\r", body);
			if ((st == CR || st == DOT_CR) != (c == '\n'))
				fputs(c == '\n' ? "bare LF\n" : "bare CR\n",
				    hostile_sent);
			fputc(c, body);
			st = c == '\r'		     ? CR
			     : st == CR && c == '\n' ? START
						     : IN;
		}
		hostile_have = 0;
		hostile_more();
	}
}

static void
hostile_chunk(const char *line)
{
	unsigned long n = strtoul(line + 4, NULL, 10);
	while (n > 0) {
		if (hostile_have == 0)
			hostile_more();
		size_t some = n < hostile_have ? n : hostile_have;
		hostile_have -= some;
		memmove(hostile_in, hostile_in + some, hostile_have);
		n -= some;
	}
}

static void
hostile_serve(const struct hostile *c, const char *folder)
{
	const struct hostile *g = &hostile_good;
	char line[4096];
	hostile_sent = hostile_open(folder, "sent");
	hostile_reply(c->greet, g->greet);
	for (;;) {
		hostile_line(line, sizeof line);
		fprintf(hostile_sent, "%s\n", line);
		if (strncasecmp(line, "EHLO", 4) == 0) {
			hostile_reply(c->ehlo, g->ehlo);
		} else if (strncasecmp(line, "MAIL", 4) == 0) {
			hostile_reply(c->mail, g->mail);
		} else if (strncasecmp(line, "RCPT", 4) == 0) {
			hostile_reply(c->rcpt, g->rcpt);
		} else if (strcasecmp(line, "DATA") == 0) {
			hostile_reply(c->data, g->data);
			if (c->data == NULL || *c->data != '2') {
				hostile_text(folder);
				hostile_reply(c->end, g->end);
			}
		} else if (strncasecmp(line, "BDAT", 4) == 0) {
			hostile_chunk(line);
			hostile_reply(c->bdat, g->bdat);
		} else if (strcasecmp(line, "STARTTLS") == 0) {
			hostile_reply(c->starttls, g->starttls);
		} else if (strncasecmp(line, "AUTH", 4) == 0) {
			hostile_reply(c->auth, g->auth);
		} else if (strcasecmp(line, "QUIT") == 0) {
			hostile_reply(c->quit, g->quit);
			hostile_end();
		} else {
			hostile_say("250 ok\r\n");
		}
	}
}

static int
hostile_listen(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, len) < 0 ||
	    listen(fd, 1) < 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) < 0) {
		perror("hostile");
		exit(2);
	}
	printf("%d\n", ntohs(a.sin_port));
	fflush(stdout);
	return fd;
}

int
main(int argc, char **argv)
{
	const struct hostile *c = hostile_case;
	if (argc == 2 && strcmp(argv[1], "--list") == 0) {
		for (; c->name != NULL; c++)
			puts(c->name);
		return 0;
	}
	if (argc != 3)
		return 2;
	while (c->name != NULL && strcmp(c->name, argv[1]) != 0)
		c++;
	if (c->name == NULL && strcmp(argv[1], "good") == 0)
		c = &hostile_good;
	if (c->name == NULL) {
		fprintf(stderr, "no case %s\n", argv[1]);
		return 2;
	}
	alarm(60); /* whatever happens */
	hostile_fd = accept(hostile_listen(), NULL, NULL);
	if (hostile_fd < 0)
		return 2;
	hostile_serve(c, argv[2]);
	return 0;
}
