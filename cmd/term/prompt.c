/* The terminal, through readline's callback interface: poll(2) watches the
 * keyboard, the connection and the signals at once, so that what the server
 * says while a line is being edited is shown above it. readline's callbacks
 * carry no argument: the one prompt there can be is a static here. A line is
 * run outside readline, with the terminal as it was found. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include "cmd/term/complete.h"
#include "cmd/term/hist.h"
#include "cmd/term/prompt.h"
#include "cmd/term/prompt_lib.h"
#include "cmd/term/signals.h"
#include "cmd/term/where_at.h"

#define PROMPT_TICK_MS	500 /* a receiver in this process is looked at */
#define PROMPT_HINT_MIN 4   /* columns below which a hint is left out */

static struct prompt {
	struct shell *sh;
	struct lang lang;
	struct used used;
	struct hist hist;
	struct complete complete;
	struct buf text; /* the prompt as it stands */
	size_t text_cols;
	char *line; /* what was entered; NULL at the end of input */
	bool have;  /* something was entered */
	bool editing;
	bool hinted;   /* a hint stands behind the cursor */
	bool hint_due; /* the line was displayed since the last hint */
	bool hidden;   /* a password is typed */
} prompt;

static size_t
prompt_cols(void)
{
	int rows, cols;

	rl_get_screen_size(&rows, &cols);
	return cols > 0 ? (size_t)cols : 80;
}

/* The hint. It stands behind the cursor on its row, never in the last column,
 * and is gone before the next key is read. */

static void
prompt_unhint(void)
{
	if (prompt.hinted)
		fputs("\033[K", rl_outstream);
	prompt.hinted = false;
}

static bool
prompt_is_on(const char *variable)
{
	const char *v = rl_variable_value(variable);

	return v != NULL && strcmp(v, "on") == 0;
}

static bool
prompt_can_hint(void)
{
	const char *ce = rl_get_termcap("ce");

	return prompt.editing && prompt.sh->look.colour && ce != NULL &&
	       strncmp(ce, "\033[", 2) == 0 && rl_point == rl_end &&
	       rl_display_prompt == rl_prompt &&
	       !RL_ISSTATE(RL_STATE_ISEARCH | RL_STATE_NSEARCH |
			   RL_STATE_NUMERICARG | RL_STATE_DONE) &&
	       !prompt_is_on("horizontal-scroll-mode") &&
	       !prompt_is_on("show-mode-in-prompt");
}

/* Columns to the right of the cursor that a hint may take. */
static size_t
prompt_room(void)
{
	size_t cols = prompt_cols(), used;
	int i;

	for (i = 0; i < rl_end; i++)
		if ((unsigned char)rl_line_buffer[i] < ' ')
			return 0;
	used = prompt.text_cols + escape_width(rl_line_buffer, (size_t)rl_end);
	if (used > 0 && used % cols == 0)
		return 0;
	return cols - used % cols - 1;
}

static void
prompt_hint(void)
{
	struct buf raw = BUF_INIT, b = BUF_INIT;
	size_t room, n;

	prompt.hint_due = false;
	if (!prompt_can_hint())
		return;
	complete_hint(prompt.sh, rl_line_buffer, (size_t)rl_end, &raw);
	escape_add(&b, buf_data(&raw), buf_len(&raw), false);
	room = prompt_room();
	/* The tables and what of the server's words passes are ASCII: an
	 * octet is a column. */
	n = buf_len(&b);
	if (n > room) {
		n = room;
		buf_truncate(&b, n > 3 ? n - 3 : 0);
		buf_adds(&b, "...");
	}
	if (n > 0 && room >= PROMPT_HINT_MIN) {
		fprintf(rl_outstream, "\033[2m%.*s\033[0m\033[K\033[%zuD",
		    (int)n, buf_data(&b), n);
		prompt.hinted = true;
	}
	fflush(rl_outstream);
	buf_release(&raw);
	buf_release(&b);
}

/* Shows the prompt and nothing of what is typed. */
static void
prompt_redisplay_hidden(void)
{
	char nothing[1] = "", *line = rl_line_buffer;
	int end = rl_end, point = rl_point;

	rl_line_buffer = nothing;
	rl_end = rl_point = 0;
	rl_redisplay();
	rl_line_buffer = line;
	rl_end = end;
	rl_point = point;
}

static void
prompt_redisplay(void)
{
	prompt_unhint();
	if (prompt.hidden) {
		prompt_redisplay_hidden();
	} else {
		rl_redisplay();
		prompt.hint_due = true;
	}
}

/* Output while a line is edited. */

static void
prompt_hide(void *arg)
{
	(void)arg;
	prompt_unhint();
	rl_clear_visible_line();
	fflush(rl_outstream);
}

static void
prompt_show(void *arg)
{
	(void)arg;
	rl_forced_update_display();
}

/* Where one is, as it is now. Whether that changed. */
static bool
prompt_where(void)
{
	struct buf b = BUF_INIT;
	bool changed;

	/* Mail text has nowhere to go any more. */
	if (prompt.sh->talk.link == NULL) {
		prompt.lang.in_text = false;
		prompt.lang.chunk = 0;
	}

	prompt.text_cols = where_at(prompt.sh, &prompt.lang, prompt_cols(), &b);
	changed = strcmp(buf_str(&b), buf_str(&prompt.text)) != 0;
	buf_release(&prompt.text);
	prompt.text = b;
	return changed;
}

static void
prompt_again(void)
{
	if (!prompt_where())
		return;
	prompt_hide(NULL);
	rl_set_prompt(buf_str(&prompt.text));
	prompt_show(NULL);
}

/* Completion: readline is made to cut the word where complete_line() has it,
 * by naming the octet before it as the one that breaks words. */

static char *
prompt_breaks(void)
{
	static char breaks[2];
	struct complete *c = &prompt.complete;

	complete_release(c);
	complete_line(
	    prompt.sh, &prompt.used, rl_line_buffer, (size_t)rl_point, c);
	if (prompt.lang.in_text)
		complete_release(c);
	breaks[0] = c->start > 0 ? rl_line_buffer[c->start - 1] : '\0';
	rl_completer_quote_characters = c->files ? "\"'" : NULL;
	return breaks;
}

static char *
prompt_candidate(const char *text, int again)
{
	static size_t i;

	(void)text;
	if (again == 0)
		i = 0;
	return i < prompt.complete.n ? strdup(prompt.complete.word[i++]) : NULL;
}

static char **
prompt_attempt(const char *text, int start, int end)
{
	struct complete *c = &prompt.complete;
	char **match;

	/* At the line's beginning readline looks for no word. */
	if (end == 0)
		prompt_breaks();
	rl_attempted_completion_over = !c->files;
	if (c->n == 0 || (size_t)start != c->start)
		return NULL;
	rl_attempted_completion_over = 1;
	rl_sort_completion_matches = 0;
	rl_completion_append_character = c->append;
	match = rl_completion_matches(text, prompt_candidate);
	/* Letters that only change their case are no progress: without it the
	 * next Tab lists the candidates. */
	if (match != NULL && match[1] != NULL &&
	    strcasecmp(match[0], text) == 0)
		memcpy(match[0], text, strlen(text));
	return match;
}

/* A file name as cmd_split() reads it: in "...", with \ before " and \. */
static char *
prompt_quote(char *name, int match, char *quote)
{
	struct buf b = BUF_INIT;
	const char *p;

	(void)match;
	buf_addc(&b, '"');
	for (p = name; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			buf_addc(&b, '\\');
		buf_addc(&b, *p);
	}
	if (quote != NULL)
		*quote = '"';
	return buf_detach(&b);
}

static char *
prompt_dequote(char *text, int quote)
{
	struct buf b = BUF_INIT;
	const char *p;

	for (p = text; *p != '\0'; p++) {
		if (quote == '"' && *p == '\\' && p[1] != '\0')
			p++;
		buf_addc(&b, *p);
	}
	return buf_detach(&b);
}

/* Editing. */

static void
prompt_entered(char *line)
{
	prompt.line = line;
	prompt.have = true;
	rl_callback_handler_remove();
}

static void
prompt_begin(void)
{
	prompt.hidden = where_at_password(prompt.sh);
	prompt_where();
	prompt.have = false;
	prompt.hinted = false;
	prompt.editing = true;
	signals_editing(true);
	rl_callback_handler_install(buf_str(&prompt.text), prompt_entered);
	prompt.sh->out.before = prompt_hide;
	prompt.sh->out.after = prompt_show;
}

static void
prompt_end(void)
{
	prompt.sh->out.before = prompt.sh->out.after = NULL;
	prompt.editing = false;
	prompt.hinted = false;
	if (!prompt.have)
		rl_callback_handler_remove();
	signals_editing(false);
}

static void
prompt_resize(void)
{
	/* Told of a redisplay function readline would draw the prompt anew
	 * below the old one. */
	rl_redisplay_function = rl_redisplay;
	rl_resize_terminal();
	rl_redisplay_function = prompt_redisplay;
	prompt.sh->look.width = (int)prompt_cols();
	if (prompt.sh->screen != NULL)
		human_set(prompt.sh->screen, &prompt.sh->look);
	prompt_redisplay();
}

/* Ctrl-C: the line stays to be seen, and a new one begins. */
static void
prompt_interrupt(void)
{
	bool empty = rl_end == 0;

	prompt_unhint();
	rl_callback_sigcleanup();
	rl_point = rl_end;
	rl_redisplay();
	fputs("^C", rl_outstream);
	prompt_end();
	rl_crlf();
	if (empty && prompt.lang.in_text && prompt.sh->talk.link != NULL) {
		/* The only way out of mail text that mails nothing. */
		struct event ev = { .kind = EV_CLOSED,
			.text = "closed: the mail text was not ended, nothing "
				"was mailed; \\connect connects again" };
		ev.len = strlen(ev.text);
		talk_close(&prompt.sh->talk);
		prompt.lang.in_text = prompt.lang.text_begun = false;
		shell_put(prompt.sh, &ev);
		out_push(&prompt.sh->out);
	} else if (prompt.lang.in_text) {
		static const char how[] = "Ctrl-C on an empty line drops the "
					  "message and the connection";
		/* A remark would wait for the end of the text. */
		shell_say(prompt.sh, how, sizeof how - 1);
		out_push(&prompt.sh->out);
	}
	if (prompt.lang.template != NULL) {
		lang_release(&prompt.lang);
		lang_init(&prompt.lang, "prompt", prompt.sh->talk.dialect);
	}
	prompt_begin();
}

static void
prompt_signals(unsigned asked)
{
	if (asked & SIGNALS_STOP) {
		prompt_unhint();
		rl_deprep_terminal();
		fflush(rl_outstream);
		signals_stop();
		asked |= SIGNALS_CONT;
	}
	if (asked & SIGNALS_CONT) {
		/* Another program may have had the terminal. */
		rl_deprep_terminal();
		rl_prep_terminal(1);
		prompt.hinted = false;
		rl_forced_update_display();
	}
	if (asked & SIGNALS_RESIZED)
		prompt_resize();
	if (asked & SIGNALS_INT)
		prompt_interrupt();
}

/* Shows what the server said while nobody waited. */
static void
prompt_listen(void)
{
	struct shell *sh = prompt.sh;

	if (sh->talk.link == NULL || !link_is_open(sh->talk.link) ||
	    !talk_idle(&sh->talk))
		return;
	out_push(&sh->out);
	prompt_again();
}

/* Waits for a key, the server or a signal, and deals with it. */
static void
prompt_wait(void)
{
	struct pollfd fd[4] = { { STDIN_FILENO, POLLIN, 0 },
		{ signals_fd(), POLLIN, 0 } };
	const struct shell *sh = prompt.sh;
	size_t n = 0;
	int tick = -1;

	prompt_listen();
	/* Not while a line is displayed: one read takes all keys that were
	 * typed ahead, and Enter among them would leave the hint standing. */
	if (prompt.hint_due)
		prompt_hint();
	if (sh->talk.link != NULL && link_is_open(sh->talk.link)) {
		n = link_fds(sh->talk.link, fd + 2);
		tick = n == 0 ? PROMPT_TICK_MS : -1;
	}
	if (poll(fd, (nfds_t)(n + 2), tick) < 0)
		return;
	if (fd[1].revents != 0) {
		prompt_signals(signals_take());
	} else if (fd[0].revents != 0) {
		prompt_unhint();
		rl_callback_read_char();
	}
}

/* Running. */

static void
prompt_remember(const char *p, size_t len)
{
	HIST_ENTRY *last = history_get(history_base + history_length - 1);

	if (prompt.hidden || !hist_keeps(prompt.sh, &prompt.lang, p, len,
				 last != NULL ? last->line : NULL))
		return;
	hist_add(&prompt.hist, p, len);
	used_line(&prompt.used, p, len);
	add_history(prompt.hist.line[prompt.hist.n - 1]);
}

/* What leaves other programs leaves this one where no server could be meant. */
static bool
prompt_leaves(const char *p, size_t len)
{
	static const char *const words[] = { "quit", "exit" };
	const struct lang *l = &prompt.lang;
	if (prompt.sh->talk.link != NULL || l->in_text || l->template != NULL)
		return false;
	while (len > 0 && p[len - 1] == ' ')
		len--;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (len == strlen(words[i]) &&
		    strncasecmp(p, words[i], len) == 0)
			return true;
	return false;
}

/* One line; false when those pasted behind it must not be run. */
static bool
prompt_run_line(const char *p, size_t len, bool shown)
{
	struct shell *sh = prompt.sh;
	unsigned asked;

	if (prompt_leaves(p, len)) {
		sh->talk.leaving = true;
		return false;
	}
	prompt_remember(p, len);
	signals_take();
	sh->talk.typed = shown;
	shell_line(sh, &prompt.lang, p, len);
	sh->talk.typed = false;
	if (out_flush(&sh->out, NULL) < 0)
		sh->talk.leaving = true;
	asked = signals_take();
	if (asked & SIGNALS_RESIZED)
		prompt_resize();
	return (asked & SIGNALS_INT) == 0 && !sh->talk.leaving &&
	       signals_ended() == 0;
}

/* What was entered: several lines if it was pasted. */
static void
prompt_run_lines(void)
{
	const char *p = prompt.line, *lf;
	bool one = strchr(p, '\n') == NULL;

	/* A pasted block is one source. */
	if (!one && talk_settled(&prompt.sh->talk))
		talk_source_begin(&prompt.sh->talk, NULL);
	while ((lf = strchr(p, '\n')) != NULL) {
		if (!prompt_run_line(p, (size_t)(lf - p), one))
			return;
		p = lf + 1;
	}
	/* Behind the last line's end there is none. */
	if (one || *p != '\0')
		prompt_run_line(p, strlen(p), one);
}

static void
prompt_wipe(void)
{
	if (prompt.line == NULL)
		return;
	if (prompt.hidden) {
		memset(rl_line_buffer, 0, strlen(rl_line_buffer));
		explicit_bzero(prompt.line, strlen(prompt.line));
	}
	free(prompt.line);
	prompt.line = NULL;
}

static void
prompt_recall(void *arg, const char *line)
{
	(void)arg;
	add_history(line);
	used_line(&prompt.used, line, strlen(line));
}

static void
prompt_start(const char *path)
{
	struct err e;

	rl_readline_name = "smtpsh";
	rl_instream = stdin;
	rl_outstream = stdout;
	rl_catch_signals = 0;
	rl_catch_sigwinch = 0;
	rl_change_environment = 0;
	/* With a redisplay function of ours set, readline would take the
	 * terminal for a dumb one: first it must have looked. */
	rl_initialize();
	rl_redisplay_function = prompt_redisplay;
	rl_attempted_completion_function = prompt_attempt;
	rl_completion_word_break_hook = prompt_breaks;
	rl_filename_quote_characters = " \t\"'\\";
	rl_filename_quoting_function = prompt_quote;
	rl_filename_dequoting_function = prompt_dequote;
	using_history();
	stifle_history(HIST_MAX);
	if (path != NULL && hist_read(path, prompt_recall, NULL, &e) < 0)
		out_error(&prompt.sh->out, "%s", e.text);
}

static void
prompt_finish(const char *path)
{
	struct err e;

	hist_forget(&prompt.hist, &prompt.sh->redact);
	if (path != NULL && prompt.hist.n > 0 &&
	    hist_append(path, &prompt.hist, &e) < 0)
		out_error(&prompt.sh->out, "%s", e.text);
	signals_end();
	complete_release(&prompt.complete);
	used_release(&prompt.used);
	hist_release(&prompt.hist);
	lang_release(&prompt.lang);
	buf_release(&prompt.text);
}

int
prompt_run(struct shell *sh, struct err *e)
{
	if (lazy_load(&prompt_lib_lazy, e) < 0)
		return -1;
	char *path = hist_path();
	memset(&prompt, 0, sizeof(prompt));
	prompt.sh = sh;
	lang_init(&prompt.lang, "prompt", sh->talk.dialect);
	used_init(&prompt.used);
	hist_init(&prompt.hist);
	if (signals_begin(&sh->loop) < 0) {
		free(path);
		return err_set(e, ERR_BUG, "pipe: %s", strerror(errno));
	}
	prompt_start(path);
	out_push(&sh->out);
	talk_stream(&sh->talk, "prompt");
	while (!sh->talk.leaving && signals_ended() == 0) {
		prompt_begin();
		while (!prompt.have && signals_ended() == 0)
			prompt_wait();
		prompt_end();
		if (!prompt.have || prompt.line == NULL) {
			rl_crlf();
			break;
		}
		prompt_run_lines();
		prompt_wipe();
	}
	if (signals_ended() != 0)
		sh->talk.tally.status = 128 + signals_ended();
	talk_drop(&sh->talk);
	shell_do(sh, talk_end);
	out_push(&sh->out);
	prompt_finish(path);
	free(path);
	return 0;
}
