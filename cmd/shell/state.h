/* Files that are kept from one run to the next: $XDG_STATE_HOME/smtpsh. */
#ifndef CMD_SHELL_STATE_H
#define CMD_SHELL_STATE_H

/* The path of that name there, the caller's to free; NULL: no home. */
char *state_path(const char *name);
/* Makes the folders above the file. One that exists is left as it is. */
void state_folders(const char *path);

#endif
