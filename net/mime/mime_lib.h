/* The functions of GMime and GLib that are used, in a table that is filled at
 * first use (lazy.h). Included by mime.c alone, behind gmime.h. */
#ifndef NET_MIME_LIB_H
#define NET_MIME_LIB_H

#include "net/lazy.h"

#define MIME_FUNCS(X)                                                          \
	X(g_mime_content_type_parse)                                           \
	X(g_mime_data_wrapper_new_with_stream)                                 \
	X(g_mime_init)                                                         \
	X(g_mime_message_get_addresses)                                        \
	X(g_mime_message_new)                                                  \
	X(g_mime_message_set_message_id)                                       \
	X(g_mime_message_set_mime_part)                                        \
	X(g_mime_multipart_add)                                                \
	X(g_mime_multipart_new_with_subtype)                                   \
	X(g_mime_object_append_header)                                         \
	X(g_mime_object_set_content_type)                                      \
	X(g_mime_object_set_content_type_parameter)                            \
	X(g_mime_object_set_disposition)                                       \
	X(g_mime_object_set_header)                                            \
	X(g_mime_object_to_string)                                             \
	X(g_mime_part_new)                                                     \
	X(g_mime_part_set_content)                                             \
	X(g_mime_part_set_content_encoding)                                    \
	X(g_mime_part_set_content_id)                                          \
	X(g_mime_part_set_filename)                                            \
	X(g_mime_stream_mem_new_with_buffer)                                   \
	X(g_free)                                                              \
	X(g_object_unref)                                                      \
	X(internet_address_list_append)                                        \
	X(internet_address_list_length)                                        \
	X(internet_address_list_parse)

static struct {
	MIME_FUNCS(LAZY_POINTER)
} mime_lib;

static const char mime_lib_names[] = MIME_FUNCS(LAZY_NAME);
static const char *const mime_lib_files[] = { "libgmime-3.0.so.0",
	"/opt/homebrew/opt/gmime/lib/libgmime-3.0.0.dylib",
	"/usr/local/opt/gmime/lib/libgmime-3.0.0.dylib", NULL };
static struct lazy mime_lib_lazy = LAZY_INIT("messages with several parts",
    "libgmime-3.0-0", mime_lib_files, mime_lib_names, &mime_lib);

#define g_mime_content_type_parse (mime_lib.g_mime_content_type_parse)
#define g_mime_data_wrapper_new_with_stream                                    \
	(mime_lib.g_mime_data_wrapper_new_with_stream)
#define g_mime_init		      (mime_lib.g_mime_init)
#define g_mime_message_get_addresses  (mime_lib.g_mime_message_get_addresses)
#define g_mime_message_new	      (mime_lib.g_mime_message_new)
#define g_mime_message_set_message_id (mime_lib.g_mime_message_set_message_id)
#define g_mime_message_set_mime_part  (mime_lib.g_mime_message_set_mime_part)
#define g_mime_multipart_add	      (mime_lib.g_mime_multipart_add)
#define g_mime_multipart_new_with_subtype                                      \
	(mime_lib.g_mime_multipart_new_with_subtype)
#define g_mime_object_append_header    (mime_lib.g_mime_object_append_header)
#define g_mime_object_set_content_type (mime_lib.g_mime_object_set_content_type)
#define g_mime_object_set_content_type_parameter                               \
	(mime_lib.g_mime_object_set_content_type_parameter)
#define g_mime_object_set_disposition (mime_lib.g_mime_object_set_disposition)
#define g_mime_object_set_header      (mime_lib.g_mime_object_set_header)
#define g_mime_object_to_string	      (mime_lib.g_mime_object_to_string)
#define g_mime_part_new		      (mime_lib.g_mime_part_new)
#define g_mime_part_set_content	      (mime_lib.g_mime_part_set_content)
#define g_mime_part_set_content_encoding                                       \
	(mime_lib.g_mime_part_set_content_encoding)
#define g_mime_part_set_content_id (mime_lib.g_mime_part_set_content_id)
#define g_mime_part_set_filename   (mime_lib.g_mime_part_set_filename)
#define g_mime_stream_mem_new_with_buffer                                      \
	(mime_lib.g_mime_stream_mem_new_with_buffer)
#define g_free			     (mime_lib.g_free)
#define g_object_unref		     (mime_lib.g_object_unref)
#define internet_address_list_append (mime_lib.internet_address_list_append)
#define internet_address_list_length (mime_lib.internet_address_list_length)
#define internet_address_list_parse  (mime_lib.internet_address_list_parse)

#endif
