/* The functions of libgsasl that are used, in a table that is filled at first
 * use (lazy.h). A new one takes a line in each of the two lists. Included by
 * sasl_priv.h, behind gsasl.h. */
#ifndef NET_SASL_LIB_H
#define NET_SASL_LIB_H

#include "net/lazy.h"

#define SASL_FUNCS(X)                                                          \
	X(gsasl_callback_hook_get)                                             \
	X(gsasl_callback_hook_set)                                             \
	X(gsasl_callback_set)                                                  \
	X(gsasl_client_start)                                                  \
	X(gsasl_done)                                                          \
	X(gsasl_finish)                                                        \
	X(gsasl_free)                                                          \
	X(gsasl_init)                                                          \
	X(gsasl_nonce)                                                         \
	X(gsasl_property_fast)                                                 \
	X(gsasl_property_set)                                                  \
	X(gsasl_saslprep)                                                      \
	X(gsasl_server_start)                                                  \
	X(gsasl_step)                                                          \
	X(gsasl_strerror)

struct sasl_lib {
	SASL_FUNCS(LAZY_POINTER)
};

extern struct sasl_lib sasl_lib;

#define gsasl_callback_hook_get (sasl_lib.gsasl_callback_hook_get)
#define gsasl_callback_hook_set (sasl_lib.gsasl_callback_hook_set)
#define gsasl_callback_set	(sasl_lib.gsasl_callback_set)
#define gsasl_client_start	(sasl_lib.gsasl_client_start)
#define gsasl_done		(sasl_lib.gsasl_done)
#define gsasl_finish		(sasl_lib.gsasl_finish)
#define gsasl_free		(sasl_lib.gsasl_free)
#define gsasl_init		(sasl_lib.gsasl_init)
#define gsasl_nonce		(sasl_lib.gsasl_nonce)
#define gsasl_property_fast	(sasl_lib.gsasl_property_fast)
#define gsasl_property_set	(sasl_lib.gsasl_property_set)
#define gsasl_saslprep		(sasl_lib.gsasl_saslprep)
#define gsasl_server_start	(sasl_lib.gsasl_server_start)
#define gsasl_step		(sasl_lib.gsasl_step)
#define gsasl_strerror		(sasl_lib.gsasl_strerror)

/* Before any other call; see lazy_load(). */
CHECKED int sasl_lib_load(struct err *e);

#endif
