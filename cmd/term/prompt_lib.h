/* What of readline is used: functions and variables in a table that is filled
 * when a prompt is first needed (net/lazy.h). A new one takes a line in each of
 * the two lists. Included by prompt.c alone. */
#ifndef CMD_TERM_PROMPT_LIB_H
#define CMD_TERM_PROMPT_LIB_H

#include <stdio.h>
#include <readline/readline.h>
#include <readline/history.h>
#include "net/lazy.h"

#define PROMPT_NAMES(X)                                                        \
	X(add_history)                                                         \
	X(history_base)                                                        \
	X(history_get)                                                         \
	X(history_length)                                                      \
	X(rl_attempted_completion_function)                                    \
	X(rl_attempted_completion_over)                                        \
	X(rl_callback_handler_install)                                         \
	X(rl_callback_handler_remove)                                          \
	X(rl_callback_read_char)                                               \
	X(rl_callback_sigcleanup)                                              \
	X(rl_catch_signals)                                                    \
	X(rl_catch_sigwinch)                                                   \
	X(rl_change_environment)                                               \
	X(rl_clear_visible_line)                                               \
	X(rl_completer_quote_characters)                                       \
	X(rl_completion_append_character)                                      \
	X(rl_completion_matches)                                               \
	X(rl_completion_word_break_hook)                                       \
	X(rl_crlf)                                                             \
	X(rl_deprep_terminal)                                                  \
	X(rl_display_prompt)                                                   \
	X(rl_end)                                                              \
	X(rl_filename_dequoting_function)                                      \
	X(rl_filename_quote_characters)                                        \
	X(rl_filename_quoting_function)                                        \
	X(rl_forced_update_display)                                            \
	X(rl_get_screen_size)                                                  \
	X(rl_get_termcap)                                                      \
	X(rl_initialize)                                                       \
	X(rl_instream)                                                         \
	X(rl_line_buffer)                                                      \
	X(rl_outstream)                                                        \
	X(rl_point)                                                            \
	X(rl_prep_terminal)                                                    \
	X(rl_prompt)                                                           \
	X(rl_readline_name)                                                    \
	X(rl_readline_state)                                                   \
	X(rl_redisplay)                                                        \
	X(rl_redisplay_function)                                               \
	X(rl_resize_terminal)                                                  \
	X(rl_set_prompt)                                                       \
	X(rl_sort_completion_matches)                                          \
	X(rl_variable_value)                                                   \
	X(stifle_history)                                                      \
	X(using_history)

static struct {
	PROMPT_NAMES(LAZY_POINTER)
} prompt_lib;

static const char prompt_lib_names[] = PROMPT_NAMES(LAZY_NAME);

static const char *const prompt_lib_files[] = { "libreadline.so.8",
	"/opt/homebrew/opt/readline/lib/libreadline.8.dylib",
	"/usr/local/opt/readline/lib/libreadline.8.dylib", NULL };

static struct lazy prompt_lib_lazy = LAZY_INIT("the prompt", "libreadline8",
    prompt_lib_files, prompt_lib_names, &prompt_lib);

#define add_history    (*prompt_lib.add_history)
#define history_base   (*prompt_lib.history_base)
#define history_get    (*prompt_lib.history_get)
#define history_length (*prompt_lib.history_length)
#define rl_attempted_completion_function                                       \
	(*prompt_lib.rl_attempted_completion_function)
#define rl_attempted_completion_over (*prompt_lib.rl_attempted_completion_over)
#define rl_callback_handler_install  (*prompt_lib.rl_callback_handler_install)
#define rl_callback_handler_remove   (*prompt_lib.rl_callback_handler_remove)
#define rl_callback_read_char	     (*prompt_lib.rl_callback_read_char)
#define rl_callback_sigcleanup	     (*prompt_lib.rl_callback_sigcleanup)
#define rl_catch_signals	     (*prompt_lib.rl_catch_signals)
#define rl_catch_sigwinch	     (*prompt_lib.rl_catch_sigwinch)
#define rl_change_environment	     (*prompt_lib.rl_change_environment)
#define rl_clear_visible_line	     (*prompt_lib.rl_clear_visible_line)
#define rl_completer_quote_characters                                          \
	(*prompt_lib.rl_completer_quote_characters)
#define rl_completion_append_character                                         \
	(*prompt_lib.rl_completion_append_character)
#define rl_completion_matches (*prompt_lib.rl_completion_matches)
#define rl_completion_word_break_hook                                          \
	(*prompt_lib.rl_completion_word_break_hook)
#define rl_crlf		   (*prompt_lib.rl_crlf)
#define rl_deprep_terminal (*prompt_lib.rl_deprep_terminal)
#define rl_display_prompt  (*prompt_lib.rl_display_prompt)
#define rl_end		   (*prompt_lib.rl_end)
#define rl_filename_dequoting_function                                         \
	(*prompt_lib.rl_filename_dequoting_function)
#define rl_filename_quote_characters (*prompt_lib.rl_filename_quote_characters)
#define rl_filename_quoting_function (*prompt_lib.rl_filename_quoting_function)
#define rl_forced_update_display     (*prompt_lib.rl_forced_update_display)
#define rl_get_screen_size	     (*prompt_lib.rl_get_screen_size)
#define rl_get_termcap		     (*prompt_lib.rl_get_termcap)
#define rl_initialize		     (*prompt_lib.rl_initialize)
#define rl_instream		     (*prompt_lib.rl_instream)
#define rl_line_buffer		     (*prompt_lib.rl_line_buffer)
#define rl_outstream		     (*prompt_lib.rl_outstream)
#define rl_point		     (*prompt_lib.rl_point)
#define rl_prep_terminal	     (*prompt_lib.rl_prep_terminal)
#define rl_prompt		     (*prompt_lib.rl_prompt)
#define rl_readline_name	     (*prompt_lib.rl_readline_name)
#define rl_readline_state	     (*prompt_lib.rl_readline_state)
#define rl_redisplay		     (*prompt_lib.rl_redisplay)
#define rl_redisplay_function	     (*prompt_lib.rl_redisplay_function)
#define rl_resize_terminal	     (*prompt_lib.rl_resize_terminal)
#define rl_set_prompt		     (*prompt_lib.rl_set_prompt)
#define rl_sort_completion_matches   (*prompt_lib.rl_sort_completion_matches)
#define rl_variable_value	     (*prompt_lib.rl_variable_value)
#define stifle_history		     (*prompt_lib.stifle_history)
#define using_history		     (*prompt_lib.using_history)

#endif
