/* Between the parts of dns. For net/dns*.c and their test only. */
#ifndef NET_DNS_PRIV_H
#define NET_DNS_PRIV_H

#include "dns.h"

/* Appends "ADDR@PORT", as libunbound has it, for "ADDR", "ADDR:PORT" or
 * "[ADDR6]:PORT". -1: it is none of these. */
int dns_forwarder(const char *text, struct buf *b);

#endif
